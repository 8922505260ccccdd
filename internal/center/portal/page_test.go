package portal

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func FuzzReadPage(f *testing.F) {
	f.Add("10", writeToken(3))
	f.Add("", "")
	f.Add("-1", "YWZ0ZXIgLTE")
	f.Fuzz(func(t *testing.T, size, token string) {
		query := url.Values{"max_result": {size}, "next_token": {token}}
		p, err := readPage(httptest.NewRequest("GET", "/?"+query.Encode(), nil))
		if err != nil {
			return
		}
		if p.size < 1 || p.size > 100 || p.after < 0 {
			t.Errorf("page %+v of %q and %q", p, size, token)
		}
		if token != "" && writeToken(p.after) != token && p.after > 0 {
			if again, ok := readToken(writeToken(p.after)); !ok || again != p.after {
				t.Errorf("token %q", token)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	for _, after := range []int64{1, 100, 1 << 62} {
		if got, ok := readToken(writeToken(after)); !ok || got != after {
			t.Errorf("%d came back as %d", after, got)
		}
	}
	for _, forged := range []string{"", "x", "1", "YWZ0ZXIgLTE", writeToken(1) + "="} {
		if got, ok := readToken(forged); ok {
			t.Errorf("%q is position %d", forged, got)
		}
	}
}
