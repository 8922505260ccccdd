package browser_test

import (
	"net/url"
	"strings"
	"testing"

	"latchkey/internal/browser"
)

var goodURLs = []string{
	"https://device.sso.us-east-1.amazonaws.com/",
	"https://device.sso.us-east-1.amazonaws.com/?user_code=QCFK-N451",
	"https://my-sso-portal.awsapps.com/start/#/device?user_code=QCFK-N451",
	"https://d-1234567890.awsapps.com/start",
	"https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=a-b_c&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Foauth%2Fcallback&state=1&scopes=sso%3Aaccount%3Aaccess",
	"https://start.us-gov-home.awsapps.com/directory/x",
	"https://host.example:8443/path",
	"https://xn--mnchen-3ya.example/",
	"https://a.example/;v=1,(2)!*$&x=[1]",
	"https://a.example/%C3%A9%20b",
	"https://[2001:db8::1]/start",
	"https://192.0.2.1/",
	"https://a.example",
	"https://a.example./start",
	"https://a_b.example/",
	"http://127.0.0.1:8080/device",
	"http://127.9.9.9/device",
	"http://localhost:8080/device?user_code=A",
	"http://LOCALHOST/",
	"http://[::1]:8080/device",
	"HTTPS://A.example/",
}

var hostileURLs = []string{
	"",
	"-",
	"--help",
	"-a Calculator",
	"--renderer-cmd-prefix=touch",
	"-https://a.example/",
	" https://a.example/",
	"https://-a.example/",
	"file:///etc/passwd",
	"javascript:alert(1)",
	"data:text/html,x",
	"smb://a.example/x",
	"vscode://a.example/x",
	"ms-msdt:/id",
	"ftp://a.example/",
	"mailto:a@a.example",
	"chrome://settings",
	"a.example/start",
	"//a.example/start",
	"/start",
	"https:",
	"https:/a.example",
	"https:///etc/passwd",
	"https://",
	"https://:443/",
	"https:a.example",
	"http://a.example/",
	"http://localhost.evil.example/",
	"http://127.0.0.1.evil.example/",
	"http://127.0.0.1@evil.example/",
	"http://0.0.0.0/",
	"https://user@evil.example/",
	"https://user:secret@evil.example/",
	"https://@evil.example/",
	`https://a.example/"&calc&"`,
	"https://a.example/'x'",
	"https://a.example/`id`",
	`https://a.example\@evil.example/`,
	`https://a.example/\..\x`,
	"https://a.example/<script>",
	"https://a.example/ -x",
	"https://a.example/\n-x",
	"https://a.example/\r\n-x",
	"https://a.example/\tx",
	"https://a.example/\x00",
	"https://a.example/\x1b[2J",
	"https://a.example/\x7f",
	"https://a.example/\u0085",
	"https://a.example/\u202egnp",
	"https://a.example/\u00a0x",
	"https://a.example/\xff",
	"https://münchen.example/",
	"https://a.example/%0a-x",
	"https://a.example/%0D%0Ax",
	"https://a.example/%00",
	"https://a.example/%7F",
	"https://a.example/%zz",
	"https://a%2eexample/",
	"https://a.example%20-x/",
	"https://a;b.example/",
	"https://a$(id).example/",
	"https://[::1/",
	"https://a.example:port/",
	"https://" + strings.Repeat("a", 5000),
	"https://a.example/?" + strings.Repeat("x", 1<<20),
}

func TestCheckURL(t *testing.T) {
	for _, raw := range goodURLs {
		got, err := browser.CheckURL(raw)
		if err != nil {
			t.Errorf("CheckURL(%q): %v", raw, err)
		}
		if !strings.EqualFold(got, raw) {
			t.Errorf("CheckURL(%q) = %q", raw, got)
		}
	}
	for _, raw := range hostileURLs {
		if got, err := browser.CheckURL(raw); err == nil {
			t.Errorf("CheckURL(%.80q) = %.80q, want an error", raw, got)
		} else if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("CheckURL(%.80q): the error repeats it: %q", raw, err)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, raw := range append(goodURLs, hostileURLs...) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		clean, err := browser.CheckURL(raw)
		if err != nil {
			return
		}
		if again, err := browser.CheckURL(clean); err != nil || again != clean {
			t.Errorf("CheckURL(%q) = %q, of which it makes %q, %v", raw, clean, again, err)
		}
		u, err := url.Parse(clean)
		if err != nil || u.User != nil || u.Hostname() == "" || strings.HasPrefix(u.Host, "-") {
			t.Errorf("CheckURL(%q) = %q", raw, clean)
		}
		local := u != nil && u.Scheme == "http" && (strings.EqualFold(u.Hostname(), "localhost") || strings.HasPrefix(u.Hostname(), "127.") || strings.Contains(u.Hostname(), ":"))
		if u != nil && u.Scheme != "https" && !local {
			t.Errorf("CheckURL(%q) = %q, which is not https", raw, clean)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'`\\", r) }) {
			t.Errorf("CheckURL(%q) = %q", raw, clean)
		}
	})
}
