package signin

import (
	"net/url"
	"strings"
	"testing"
)

// After the sign-in a browser stays here, wherever it was asked to go.
func FuzzLocalPath(f *testing.F) {
	for _, next := range []string{
		"/device?user_code=BCDF-GHJK", "/start", "", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example",
		"javascript:alert(1)", "/%2f/evil.example", "\\\\evil.example", "/\r\nLocation: //evil.example", "evil.example", "///evil.example",
	} {
		f.Add(next)
	}
	base, _ := url.Parse("https://sso.example.com/sign-in")
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		to, err := base.Parse(got)
		if err != nil || to.Scheme != "https" || to.Host != base.Host || strings.ContainsAny(got, "\\\r\n\t") {
			t.Errorf("%q leads to %q", next, got)
		}
	})
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/device?user_code=BCDF-GHJK": "/device?user_code=BCDF-GHJK", "//evil.example": "/start", "https://evil.example/": "/start",
		"/\\evil.example": "/start", "": "/start",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1": "loopback", "::1": "loopback", "::ffff:127.0.0.1": "loopback", "192.0.2.1": "192.0.2.1",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "unknown": "unknown",
	} {
		if got := Network(address); got != want {
			t.Errorf("%s is in %s, want %s", address, got, want)
		}
	}
}
