package center_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mutations are redirect URIs near http://127.0.0.1:PORT/oauth/callback.
func mutations() []string {
	const port = "38115"
	uris := []string{
		"", " ", "http://", "http:", "//127.0.0.1:38115/oauth/callback", "/oauth/callback", "127.0.0.1:38115/oauth/callback",
		"javascript:alert(1)//127.0.0.1/oauth/callback", "data:text/html,x", "urn:ietf:wg:oauth:2.0:oob", "file:///oauth/callback",
		"http://127.0.0.1:0/oauth/callback", "http://127.0.0.1:65536/oauth/callback", "http://127.0.0.1:080/oauth/callback",
		"http://127.0.0.1:/oauth/callback", "http://127.0.0.1:38115:80/oauth/callback", "http://127.0.0.1:-1/oauth/callback",
		"http://127.0.0.1:38115", "HTTP://127.0.0.1:38115/oauth/callback", " http://127.0.0.1:38115/oauth/callback",
		"http:/\\127.0.0.1:38115/oauth/callback", "http:\\\\127.0.0.1:38115\\oauth\\callback", "http:///127.0.0.1:38115/oauth/callback",
	}
	for _, scheme := range []string{"https", "ftp", "ws", "app", "httpx"} {
		uris = append(uris, scheme+"://127.0.0.1:"+port+"/oauth/callback")
	}
	for _, host := range []string{
		"localhost", "LOCALHOST", "127.0.0.2", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
		"10.0.0.1", "evil.example", "127.0.0.1.evil.example", "evil.example.127.0.0.1", "127.0.0.1.", "127.0.0.1%2eevil.example",
		"127.0.0.1@evil.example", "user@127.0.0.1", "user:pw@127.0.0.1", "evil.example\\@127.0.0.1", "127.0.0.1\\@evil.example",
		"evil.example#@127.0.0.1", "evil.example?@127.0.0.1", "127.0.0.1\t", "127.0.0.1\r\nX: y", "１２７.0.0.1", "127。0。0。1",
	} {
		uris = append(uris, "http://"+host+":"+port+"/oauth/callback")
	}
	for _, path := range []string{
		"/", "/oauth", "/oauth/", "/oauth/callback/", "/oauth/callback/x", "/oauth/callbackx", "/Oauth/callback", "/oauth//callback", "//oauth/callback",
		"/oauth/callback/..", "/oauth/callback/../../x", "/x/../oauth/callback", "/./oauth/callback", "/oauth/callback;", "/oauth/..;/oauth/callback",
		"/oauth/callback%2f", "/oauth%2fcallback", "/%6fauth/callback", "/oauth/callback%00", "/oauth/callback?", "/oauth/callback?x=1",
		"/oauth/callback?code=mine", "/oauth/callback#", "/oauth/callback#x", "/oauth/callback&x=1", "/oauth/callback,http://evil.example/",
		"/oauth/callback\r\nLocation: http://evil.example/", "/oauth/callback\x00", "/oauth/callback ", "/oauth\\callback", "/oauth/*",
	} {
		uris = append(uris, "http://127.0.0.1:"+port+path)
	}
	return uris
}

// No answer, good or bad, leaves for an address that was not registered, and no
// page asks about it.
func TestRedirectMutations(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	who = who.stay()
	before := w.dump(t)
	accepted := 0
	for _, uri := range mutations() {
		for _, branch := range []string{"code", "token", ""} {
			query := url.Values{}
			if _, text, ok := strings.Cut(p.address("response_type", branch), "?"); ok {
				query, _ = url.ParseQuery(text)
			}
			query.Set("redirect_uri", uri)
			got := who.open("/authorize?" + query.Encode())
			if got.Status != 400 || got.Header.Get("Location") != "" || got.alert() == "" || got.id("cli_login_button") != nil {
				accepted++
				t.Errorf("redirect_uri %q: %d to %q", uri, got.Status, got.Header.Get("Location"))
			}
		}
	}
	t.Logf("%d mutations, %d accepted", len(mutations()), accepted)
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
}

// What a client registers leads to this machine too.
func TestRegisterRedirectMutations(t *testing.T) {
	w := serve(t)
	good := map[string]bool{
		"http://[::1]:38115/oauth/callback": true, "http://127.0.0.1:38115/": true, "http://127.0.0.1:38115/oauth": true,
		"http://127.0.0.1:38115/oauth/callback/x": true, "http://127.0.0.1:38115/oauth/callbackx": true, "http://127.0.0.1:38115/Oauth/callback": true,
	}
	for _, uri := range mutations() {
		got := w.post(t, "/client/register", marshal(map[string]any{
			"clientName": "x", "clientType": "public", "redirectUris": []string{uri}}))
		if good[uri] != (got.Status == 200) || !good[uri] && got.exception() != "InvalidRedirectUriException" {
			t.Errorf("%q: %d %s", uri, got.Status, got.Body)
		}
	}
}

// Any port is the program's own, also none (RFC 8252, section 7.3).
func TestRedirectPorts(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	six := w.program(t, func(in map[string]any) { in["redirectUris"] = []string{"http://[::1]:80/cb"} })
	who.signIn("alice", "correct horse")
	who = who.stay()
	for _, tt := range []struct {
		p           *program
		uri, policy string
	}{
		{p, "http://127.0.0.1:1/oauth/callback", "'self' http://127.0.0.1:1;"},
		{p, "http://127.0.0.1:65535/oauth/callback", "'self' http://127.0.0.1:65535;"},
		{p, "http://127.0.0.1/oauth/callback", "'self' http://127.0.0.1;"},
		{six, "http://[::1]:38115/cb", "'self' http:;"},
	} {
		consent := who.open(tt.p.address("redirect_uri", tt.uri))
		if got := consent.Header.Get("Content-Security-Policy"); !strings.Contains(got, tt.policy) {
			t.Errorf("%s: policy %q", tt.uri, got)
		}
		if got := who.press("cli_login_button").Header.Get("Location"); !strings.HasPrefix(got, tt.uri+"?code=") {
			t.Errorf("%s: the answer goes to %q", tt.uri, got)
		}
	}
}

// What is wrong with a request of a known address is told to the program there.
func TestRefusedRequests(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	device := w.program(t, func(in map[string]any) { in["grantTypes"] = []string{"refresh_token"} })
	for _, tt := range []struct {
		address string
		code    string
		state   string
	}{
		{p.address("response_type", ""), "invalid_request", "a state"},
		{p.address("response_type", "token"), "unsupported_response_type", "a state"},
		{p.address("response_type", "code token"), "unsupported_response_type", "a state"},
		{p.address("state", ""), "invalid_request", ""},
		{p.address("state", strings.Repeat("x", 513)), "invalid_request", ""},
		{p.address("state", "a\r\nb"), "invalid_request", ""},
		{p.address("state", "é"), "invalid_request", ""},
		{p.address() + "&state=b", "invalid_request", ""},
		{p.address() + "&code_challenge=" + challenge("x"), "invalid_request", "a state"},
		{p.address() + "&response_type=code", "invalid_request", "a state"},
		{p.address("code_challenge_method", ""), "invalid_request", "a state"},
		{p.address("code_challenge_method", "plain"), "invalid_request", "a state"},
		{p.address("code_challenge_method", "s256"), "invalid_request", "a state"},
		{p.address("code_challenge", ""), "invalid_request", "a state"},
		{p.address("code_challenge", challenge("")[:42]), "invalid_request", "a state"},
		{p.address("code_challenge", challenge("")+"="), "invalid_request", "a state"},
		{p.address("code_challenge", strings.Repeat("+", 43)), "invalid_request", "a state"},
		{p.address("scopes", "sso:account:access other"), "invalid_scope", "a state"},
		{device.address(), "unauthorized_client", "a state"},
	} {
		who.open(tt.address)
		owner := p
		if strings.Contains(tt.address, device.clientID) {
			owner = device
		}
		answer := owner.answer()
		if answer.Get("error") != tt.code || answer.Get("state") != tt.state || answer.Has("code") {
			t.Errorf("%s: %v, want %s", tt.address, answer, tt.code)
		}
	}
}

// What is wrong before the address is known is told to the person alone.
func TestUntrustedRequests(t *testing.T) {
	w := serve(t)
	p, other, who := w.program(t), w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	who = who.stay()
	w.Clock.Advance(time.Minute)
	for _, address := range []string{
		"/authorize", p.address("client_id", ""), p.address("client_id", "x"), p.address("redirect_uri", ""),
		p.address() + "&client_id=" + other.clientID, p.address() + "&redirect_uri=" + url.QueryEscape(other.redirectURI),
		p.address() + "&x=%zz", p.address() + "&x=" + strings.Repeat("x", 5000),
	} {
		if got := who.open(address); got.Status != 400 || got.Header.Get("Location") != "" || got.alert() == "" {
			t.Errorf("%s: %d to %q", address, got.Status, got.Header.Get("Location"))
		}
	}
	w.Clock.Advance(90 * 24 * time.Hour)
	if got := who.open(p.address()); got.Status != 400 {
		t.Errorf("an expired registration: %d", got.Status)
	}
}
