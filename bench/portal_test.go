package bench

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The one client that a portal registers.
const (
	clientID     = "client"
	clientSecret = "client-secret"
)

// A portal stands in for the service, and counts. A person at it allows every
// request at once.
type portal struct {
	*httptest.Server
	delay       time.Duration // before each answer
	tokens      time.Duration // how long tokens live
	credentials time.Duration // how long role credentials live
	repeating   bool          // gives number 1 always, and minds no refresh token

	open chan struct{} // closed when answers may go out

	mu      sync.Mutex
	calls   map[string]int // by path
	refresh string         // the refresh token that is good now
	refused int
	issued  int
}

func newPortal(t testing.TB) *portal {
	p := &portal{
		tokens: 8 * time.Hour, credentials: time.Hour,
		open: make(chan struct{}), calls: map[string]int{}, refresh: refreshToken(0),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /client/register", p.register)
	mux.HandleFunc("POST /device_authorization", p.deviceAuthorization)
	mux.HandleFunc("GET /authorize", authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /assignment/accounts", p.accounts)
	mux.HandleFunc("GET /assignment/roles", p.roles)
	mux.HandleFunc("GET /federation/credentials", p.roleCredentials)
	mux.HandleFunc("POST /logout", func(http.ResponseWriter, *http.Request) {})
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.count(r.URL.Path)
		<-p.open
		if p.delay > 0 {
			<-time.After(p.delay)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// answer lets answers out. A test that wants many processes to have asked
// first calls it when they have started.
func (p *portal) answer() { close(p.open) }

func (p *portal) count(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[path]++
}

func (p *portal) counted(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// number is that of the next thing given out.
func (p *portal) number() int {
	if !p.repeating {
		p.issued++
		return p.issued
	}
	return 1
}

type fields map[string]any

func send(w http.ResponseWriter, status int, body fields) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func (p *portal) register(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, fields{
		"clientId": clientID, "clientSecret": clientSecret,
		"clientIdIssuedAt": time.Now().Unix(), "clientSecretExpiresAt": distant().Unix(),
	})
}

func (p *portal) deviceAuthorization(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, fields{
		"deviceCode": "device-code", "userCode": "ABCD-EFGH", "expiresIn": 600, "interval": 1,
		"verificationUri": p.URL + "/device", "verificationUriComplete": p.URL + "/device?user_code=ABCD-EFGH",
	})
}

// authorize sends the browser back with a code.
func authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	answer := url.Values{"code": {"code"}, "state": {asked.Get("state")}}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// token rotates: a refresh token that was used is refused for ever.
func (p *portal) token(w http.ResponseWriter, r *http.Request) {
	var in struct{ GrantType, RefreshToken string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		send(w, 400, fields{"error": "invalid_request"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.GrantType == "refresh_token" && in.RefreshToken != p.refresh && !p.repeating {
		p.refused++
		w.Header().Set("x-amzn-ErrorType", "InvalidGrantException")
		send(w, 400, fields{"error": "invalid_grant", "error_description": "the refresh token was used"})
		return
	}
	n := p.number()
	p.refresh = refreshToken(n)
	send(w, 200, fields{
		"accessToken": accessToken(n), "refreshToken": p.refresh, "tokenType": "Bearer", "expiresIn": int(p.tokens.Seconds()),
	})
}

func (p *portal) accounts(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, fields{"accountList": []fields{{
		"accountId": account, "accountName": "DeveloperAccount", "emailAddress": "developer-account-admin@example.com",
	}}})
}

func (p *portal) roles(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, fields{"roleList": []fields{{"roleName": role, "accountId": account}}})
}

func (p *portal) roleCredentials(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ends := time.Now().Add(p.credentials)
	if p.repeating {
		ends = distant()
	}
	c := credentials(p.number(), ends)
	send(w, 200, fields{"roleCredentials": fields{
		"accessKeyId": c.AccessKeyID, "secretAccessKey": c.SecretAccessKey.Reveal(),
		"sessionToken": c.SessionToken.Reveal(), "expiration": c.Expiration.UnixMilli(),
	}})
}
