package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/password"
	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/webuser"
)

// A crowd is a hundred programs with a connection each, to one of the centers on
// one database.
type crowd struct {
	replicas []*replica
	members  []*member
}

type member struct {
	conn net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

// onCrowds runs a race for three centers on PostgreSQL, and for one on SQLite,
// which has no more.
func onCrowds(t *testing.T, race func(t *testing.T, c *crowd)) {
	t.Run("SQLite", func(t *testing.T) {
		race(t, newCrowd(t, "sqlite:"+filepath.Join(t.TempDir(), "center.db"), 1))
	})
	t.Run("PostgreSQL", func(t *testing.T) { race(t, newCrowd(t, pgtest.Start(t).URL(), 3)) })
}

func newCrowd(t *testing.T, database string, replicas int) *crowd {
	t.Helper()
	c := &crowd{replicas: []*replica{serveCenter(t, database, "--import", oneUser(t), "--behind-proxy")}}
	for len(c.replicas) < replicas {
		c.replicas = append(c.replicas, serveCenter(t, database, "--behind-proxy"))
	}
	for i := range 100 {
		conn := dial(t, c.replicas[i%replicas])
		c.members = append(c.members, &member{conn: conn, in: bufio.NewReader(conn)})
	}
	return c
}

// oneUser is a directory that has user1.
func oneUser(t *testing.T) string {
	t.Helper()
	hash, err := password.NewHasher().Hash(word)
	must(t, err)
	path := filepath.Join(t.TempDir(), "directory.yaml")
	must(t, os.WriteFile(path, fmt.Appendf(nil, "users: [{name: user1, password_hash: %q}]\n", hash), 0o600))
	return path
}

// send is one request of the member, and its answer.
func (m *member) send(request []byte) (status int, body string, err error) {
	status, err = exchange(m.conn, m.in, &m.body, request)
	return status, m.body.String(), err
}

// tally is the bodies of answers by their status.
type tally map[int][]string

func (all tally) String() string {
	var b strings.Builder
	for status, bodies := range all {
		fmt.Fprintf(&b, "%d times %d, such as %.300s\n", len(bodies), status, bodies[0])
	}
	return b.String()
}

// ask sends one request from all at once.
func (c *crowd) ask(t *testing.T, request []byte) tally {
	t.Helper()
	answers := tally{}
	var mu sync.Mutex
	var running sync.WaitGroup
	begin := make(chan struct{})
	for _, m := range c.members {
		running.Go(func() {
			<-begin
			status, body, err := m.send(request)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[status] = append(answers[status], body)
		})
	}
	close(begin)
	running.Wait()
	return answers
}

// once asks for every round that one of all gets a token, and that to the others
// the code is worth nothing. lookAt gets what the one got.
func (c *crowd) once(t *testing.T, redeem func(round int) []byte, lookAt func(tokens)) {
	t.Helper()
	rounds, started := size(5, 10_000), time.Now()
	for round := range rounds {
		answers := c.ask(t, redeem(round))
		if len(answers[200]) != 1 || len(answers[400]) != len(c.members)-1 {
			t.Fatalf("round %d: %v", round, answers)
		}
		for _, body := range answers[400] {
			if !strings.Contains(body, `"invalid_grant"`) {
				t.Fatalf("round %d: %s", round, body)
			}
		}
		var got tokens
		must(t, json.Unmarshal([]byte(answers[200][0]), &got))
		lookAt(got)
	}
	t.Logf("%d rounds of %d redeemers in %v: one token each", rounds, len(c.members), time.Since(started).Round(time.Second))
}

// answers fails the test unless a member is answered with this status.
func (c *crowd) answers(t *testing.T, status int, request []byte) {
	t.Helper()
	got, body, err := c.members[0].send(request)
	must(t, err)
	if got != status {
		t.Fatalf("answer %d, want %d: %s", got, status, body)
	}
}

// Of a hundred who come with one device code at once, exactly one gets a token,
// and it is good.
//
//	LATCHKEY_BENCH=full go test ./bench -run 'ForManyRedeemers' -v -timeout 90m
func TestOneDeviceCodeForManyRedeemers(t *testing.T) {
	onCrowds(t, func(t *testing.T, c *crowd) {
		client, err := register(c.replicas[0], "192.0.2.1")
		must(t, err)
		var browser *webuser.User
		c.once(t, func(round int) []byte {
			if round%100 == 0 { // before the sign-in is too old to allow anything
				browser = webuser.New(&http.Client{Transport: from("192.0.2.1")})
			}
			d, err := client.start()
			must(t, err)
			must(t, client.allowAs(browser, d, "user1"))
			return post("/token", client.pollInput(d.Code))
		}, func(got tokens) { c.answers(t, 200, getAs(got.Access, "/assignment/accounts")) })
	})
}

// Of a hundred who come with one authorization code at once, exactly one gets
// tokens, and they have ended when all are answered: "the authorization server
// [...] SHOULD revoke (when possible) all tokens previously issued based on that
// authorization code" that comes again (RFC 6749, section 4.1.2).
func TestOneAuthorizationCodeForManyRedeemers(t *testing.T) {
	onCrowds(t, func(t *testing.T, c *crowd) {
		client, err := registerForCodes(c.replicas[0])
		must(t, err)
		var browser *codeBrowser
		c.once(t, func(round int) []byte {
			if round%100 == 0 { // as above
				browser, err = client.ask("user1")
				must(t, err)
			}
			code, err := browser.allow()
			must(t, err)
			return post("/token", map[string]string{
				"clientId": client.ID, "clientSecret": client.Secret, "grantType": "authorization_code",
				"code": code, "codeVerifier": verifier, "redirectUri": callback,
			})
		}, func(got tokens) {
			c.answers(t, 401, getAs(got.Access, "/assignment/accounts"))
			c.answers(t, 400, post("/token", client.refreshInput(got)))
		})
	})
}

// The verifier of RFC 7636, appendix B, with its challenge, and where codes go.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	callback  = "http://127.0.0.1:38115/oauth/callback"
)

// registerForCodes is register for a program that gets its codes by the browser.
func registerForCodes(r *replica) (registered, error) {
	c := registered{at: r, from: "192.0.2.1", startURL: r.URL() + "/start"}
	err := c.call("/client/register", map[string]any{
		"clientName": "bench", "clientType": "public", "scopes": []string{"sso:account:access"},
		"grantTypes": []string{"authorization_code", "refresh_token"}, "redirectUris": []string{callback}, "issuerUrl": c.startURL,
	}, &c)
	return c, err
}

// A codeBrowser is the browser of somebody who was asked whether a program may
// act for them. It is on the computer of the program, to which it brings codes.
type codeBrowser struct {
	from
	question *webuser.Page
	code     string // the last
}

// RoundTrip is also the program, where the browser comes with a code.
func (b *codeBrowser) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), callback) {
		return b.from.RoundTrip(r)
	}
	b.code = r.URL.Query().Get("code")
	page := http.Header{"Content-Type": {"text/html"}}
	return &http.Response{StatusCode: http.StatusOK, Header: page, Body: http.NoBody, Request: r}, nil
}

// ask has a person sign in and come to the question.
func (c registered) ask(user string) (*codeBrowser, error) {
	b := &codeBrowser{from: from(c.from)}
	person := webuser.New(&http.Client{Transport: b})
	person.MayGoTo(strings.TrimSuffix(callback, "/oauth/callback"))
	page, err := person.Open(c.at.URL() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {callback}, "state": {"x"},
		"code_challenge_method": {"S256"}, "code_challenge": {challenge}, "scopes": {"sso:account:access"},
	}.Encode())
	if err != nil {
		return nil, err
	}
	page.Fill(map[string]string{"username": user, "password": word})
	b.question, err = page.Press("sign_in_button")
	return b, err
}

// allow answers the question, which has a new code for each time that it is
// answered.
func (b *codeBrowser) allow() (code string, err error) {
	b.code = ""
	page, err := b.question.Press("cli_login_button")
	if err == nil && b.code == "" {
		err = fmt.Errorf("no code but %s", page.Text())
	}
	return b.code, err
}

func (c registered) refreshInput(t tokens) map[string]string {
	return map[string]string{
		"clientId": c.ID, "clientSecret": c.Secret, "grantType": "refresh_token", "refreshToken": t.Refresh,
	}
}

// Of a hundred who come with one refresh token at once, all get the one answer
// that it was traded for.
func TestOneRefreshTokenForManyRedeemers(t *testing.T) {
	onCrowds(t, func(t *testing.T, c *crowd) {
		client, err := register(c.replicas[0], "192.0.2.1", "sso:account:access")
		must(t, err)
		token, err := client.signIn("user1")
		must(t, err)
		rounds, started := size(5, 10_000), time.Now()
		for round := range rounds {
			answers := c.ask(t, post("/token", client.refreshInput(token)))
			next := map[tokens]bool{}
			for _, body := range answers[200] {
				var got tokens
				must(t, json.Unmarshal([]byte(body), &got))
				next[got] = true
			}
			if len(answers[200]) != len(c.members) || len(next) != 1 || next[token] {
				t.Fatalf("round %d: %d different tokens: %v", round, len(next), answers)
			}
			for token = range next {
			}
		}
		t.Logf("%d rounds of %d redeemers in %v: one rotation each", rounds, len(c.members), time.Since(started).Round(time.Second))
	})
}
