package cli_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// An oidc stands in for SSO OIDC and a portal where everybody who comes with a
// browser is let in at once. Refresh tokens serve once, and the portal gives
// nobody an account, as for a session whose scopes have nothing to do with AWS.
type oidc struct {
	mu         sync.Mutex
	registered map[string]any
	asked      url.Values // of the last /authorize
	tokens     int
	denies     bool
	log        []string
	file       string // where the log is left
}

// cmdOIDC serves one: `oidc`, or `oidc deny`. AWS_ENDPOINT_URL leads there,
// TAKEN_PORT is its port, and what it was asked is in the file asked.
func cmdOIDC(ts *testscript.TestScript, neg bool, args []string) {
	server := httptest.NewServer(&oidc{denies: slices.Contains(args, "deny"), file: ts.MkAbs("asked")})
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
	ts.Setenv("TAKEN_PORT", strings.TrimPrefix(server.URL, "http://127.0.0.1:"))
}

func (o *oidc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.serve(w, r)
	if err := os.WriteFile(o.file, []byte(strings.Join(o.log, "\n")), 0o600); err != nil {
		panic(err)
	}
}

func (o *oidc) serve(w http.ResponseWriter, r *http.Request) {
	o.log = append(o.log, r.URL.Path)
	switch r.URL.Path {
	case "/client/register":
		o.registered = nil
		json.NewDecoder(r.Body).Decode(&o.registered)
		o.log = append(o.log, fmt.Sprint(o.registered))
		fmt.Fprint(w, `{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":4102444800}`)
	case "/authorize":
		o.authorize(w, r)
	case "/token":
		o.token(w, r)
	case "/federation/credentials":
		o.credentials(w, r)
	default:
		refuse(w, 401, "UnauthorizedException", "Session token not found or invalid")
	}
}

func (o *oidc) authorize(w http.ResponseWriter, r *http.Request) {
	o.asked = r.URL.Query()
	back := o.asked.Get("redirect_uri") + "?state=" + o.asked.Get("state")
	if o.denies {
		http.Redirect(w, r, back+"&error=access_denied", http.StatusFound)
		return
	}
	http.Redirect(w, r, back+"&code=the-code", http.StatusFound)
}

// token checks what a center checks: the verifier against the challenge, and
// the redirect URI; a refresh token serves once.
func (o *oidc) token(w http.ResponseWriter, r *http.Request) {
	var in struct{ GrantType, Code, CodeVerifier, RedirectURI, RefreshToken string }
	json.NewDecoder(r.Body).Decode(&in)
	o.log = append(o.log, in.GrantType)
	sum := sha256.Sum256([]byte(in.CodeVerifier))
	good := in.GrantType == "refresh_token" && in.RefreshToken == fmt.Sprintf("RT%d", o.tokens) ||
		in.GrantType == "authorization_code" && in.Code == "the-code" && in.RedirectURI == o.asked.Get("redirect_uri") &&
			base64.RawURLEncoding.EncodeToString(sum[:]) == o.asked.Get("code_challenge")
	if !good {
		refuse(w, 400, "InvalidGrantException", "Invalid grant provided")
		return
	}
	o.tokens++
	fmt.Fprintf(w, `{"accessToken":"AT%d","refreshToken":"RT%[1]d","tokenType":"Bearer","expiresIn":28800}`, o.tokens)
}

func (o *oidc) credentials(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("x-amz-sso_bearer_token") != fmt.Sprintf("AT%d", o.tokens) {
		refuse(w, 401, "UnauthorizedException", "Session token not found or invalid")
		return
	}
	fmt.Fprint(w, `{"roleCredentials":{"accessKeyId":"ASIA1","secretAccessKey":"s","sessionToken":"t","expiration":4102444800000}}`)
}

func refuse(w http.ResponseWriter, status int, code, why string) {
	w.Header().Set("x-amzn-ErrorType", code)
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":"invalid_grant","error_description":%q,"message":%[1]q}`, why)
}

// follow is a browser that goes where it is led, and notes that it was opened.
func follow() int {
	note, err := os.OpenFile(filepath.Join(os.Getenv("WORK"), "opened"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	defer note.Close()
	url := os.Args[len(os.Args)-1]
	fmt.Fprintln(note, url)
	if err := load(url); err != nil {
		return 1
	}
	return 0
}

func load(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
