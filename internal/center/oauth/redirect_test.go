package oauth

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// Wherever an answer goes, it is to this machine's own address and to the path
// that the client registered, however a browser or a server reads the URI.
func FuzzRedirectURI(f *testing.F) {
	for _, uri := range []string{
		"http://127.0.0.1/oauth/callback", "http://127.0.0.1:8000/oauth/callback", "http://[::1]:1/oauth/callback", "http://[::1]/cb",
		"http://127.0.0.1@evil.example/oauth/callback", "http://127.0.0.1/oauth/callback/../x", "http://localhost/oauth/callback",
		"http://127.0.0.1\\@evil.example/oauth/callback", "http://127.0.0.1/oauth/callback?x#y", "http://127.0.0.1:99999/oauth/callback",
	} {
		f.Add("http://127.0.0.1/oauth/callback", uri)
		f.Add("http://[::1]:80/cb", uri)
	}
	f.Fuzz(func(t *testing.T, registered, asked string) {
		if !mayRedirect([]string{registered}, asked) {
			return
		}
		to, err := url.Parse(asked)
		if err != nil {
			t.Fatalf("%q leads to %q: %v", registered, asked, err)
		}
		ip, err := netip.ParseAddr(to.Hostname())
		if err != nil || !ip.IsLoopback() || to.Scheme != "http" || to.User != nil || to.RawQuery != "" || to.ForceQuery || strings.Contains(asked, "#") {
			t.Errorf("%q leads to %q", registered, asked)
		}
		from, err := url.Parse(registered)
		if err != nil || from.Hostname() != to.Hostname() || from.EscapedPath() != to.EscapedPath() || from.Path != to.Path {
			t.Errorf("%q leads to %q", registered, asked)
		}
		if answer := answerTo(asked, url.Values{"code": {"x"}}); answer != asked+"?code=x" {
			t.Errorf("answer to %q", answer)
		}
	})
}
