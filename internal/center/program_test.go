package center_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// verifier is that of RFC 7636, appendix B.
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// program is a client on the person's computer that waits for a code.
type program struct {
	clientID, clientSecret string
	redirectURI            string
	answers                chan url.Values // that came to redirectURI
}

// program registers as the AWS CLI does, with some of its values changed.
func (w *world) program(t *testing.T, change ...func(map[string]any)) *program {
	t.Helper()
	in := map[string]any{
		"clientName": "botocore-client-corp", "clientType": "public", "issuerUrl": w.URL + "/start",
		"grantTypes": []string{"authorization_code", "refresh_token"}, "redirectUris": []string{"http://127.0.0.1/oauth/callback"},
		"scopes": []string{"sso:account:access"},
	}
	for _, change := range change {
		change(in)
	}
	got := w.post(t, "/client/register", marshal(in))
	if got.Status != 200 {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	m := got.JSON(t)
	p := &program{clientID: m["clientId"].(string), clientSecret: m["clientSecret"].(string), answers: make(chan url.Values, 10)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/callback" {
			p.answers <- r.URL.Query()
		}
	}))
	t.Cleanup(server.Close)
	p.redirectURI = server.URL + "/oauth/callback"
	return p
}

// address is the /authorize of the program with pairs of parameters set, or
// taken away by "".
func (p *program) address(pairs ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {p.clientID}, "redirect_uri": {p.redirectURI}, "state": {"a state"},
		"code_challenge_method": {"S256"}, "scopes": {"sso:account:access"}, "code_challenge": {challenge(verifier)},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return "/authorize?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// answer is what the browser brought, nil if it did not come.
func (p *program) answer() url.Values {
	select {
	case q := <-p.answers:
		return q
	default:
		return nil
	}
}

// code has the person allow the program.
func (p *program) code(t *testing.T, who *person) string {
	t.Helper()
	who.open(p.address())
	who.press("cli_login_button")
	code := p.answer().Get("code")
	if code == "" {
		t.Fatalf("no code: %s", who.page.text())
	}
	return code
}

// redeem asks for tokens, with pairs of the request's values changed.
func (w *world) redeem(t *testing.T, p *program, code string, pairs ...string) answer {
	t.Helper()
	return w.exchange(t, p, append([]string{
		"grantType", "authorization_code", "code", code, "redirectUri", p.redirectURI, "codeVerifier", verifier}, pairs...)...)
}

func (w *world) refresh(t *testing.T, p *program, refreshToken string) answer {
	t.Helper()
	return w.exchange(t, p, "grantType", "refresh_token", "refreshToken", refreshToken)
}

func (w *world) exchange(t *testing.T, p *program, pairs ...string) answer {
	t.Helper()
	in := map[string]string{"clientId": p.clientID, "clientSecret": p.clientSecret}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
		if pairs[i+1] == "" {
			delete(in, pairs[i])
		}
	}
	return w.post(t, "/token", marshal(in))
}

// tokens are those of a good answer.
type tokens struct{ access, refresh string }

func (a answer) tokens(t *testing.T) tokens {
	t.Helper()
	if a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	m := a.JSON(t)
	refresh, _ := m["refreshToken"].(string)
	return tokens{m["accessToken"].(string), refresh}
}

// alive reports whether the portal takes an access token.
func (w *world) alive(t *testing.T, access string) bool {
	t.Helper()
	return w.portal(t, "GET", "/assignment/accounts", access).Status == 200
}
