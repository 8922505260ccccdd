package login_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/login"
)

// codes is an SSO OIDC for authorization codes: it checks the verifier as the
// service does, and its page is a query string for the test.
type codes struct {
	t       *testing.T
	asked   awsapi.AuthorizeInput
	tokens  int
	outcome error         // of the exchange
	began   chan struct{} // if set, closed when the exchange begins
	gate    chan struct{} // if set, the exchange waits for it
}

func (c *codes) AuthorizeURL(in awsapi.AuthorizeInput) (string, error) {
	c.asked = in
	return "https://oidc.example/authorize?state=" + in.State, nil
}

func (c *codes) CreateToken(_ context.Context, in awsapi.CreateTokenInput) (awsapi.Token, error) {
	c.tokens++
	if c.began != nil {
		close(c.began)
	}
	if c.gate != nil {
		<-c.gate
	}
	sum := sha256.Sum256([]byte(in.CodeVerifier.Reveal()))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != c.asked.CodeChallenge || in.RedirectURI != c.asked.RedirectURI ||
		in.ClientID != "cid" || in.ClientSecret != "cs" || in.GrantType != "authorization_code" || in.Code != "the code" {
		c.t.Errorf("asked with %+v after %+v", in, c.asked)
	}
	if c.outcome != nil {
		return awsapi.Token{}, c.outcome
	}
	return awsapi.Token{AccessToken: "AT", RefreshToken: "RT", ExpiresIn: time.Hour}, nil
}

// A signIn is one under way: browse is what the browser does, given the base of
// the callback and the state.
type signIn struct {
	base, state string
}

func (s signIn) get(t *testing.T, query string) (int, string) {
	t.Helper()
	resp, err := http.Get(s.base + "?" + query)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(body)
}

// run signs in with a browser that does as browse says.
func run(t *testing.T, c *codes, browse func(signIn)) (awsapi.Token, error) {
	t.Helper()
	callback, err := login.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	var browser sync.WaitGroup
	ui := login.UI{
		OpenBrowser: func(context.Context, string) error {
			browser.Go(func() { browse(signIn{callback.RedirectURI(), c.asked.State}) })
			return nil
		},
		ShowURL: func(p login.URLPrompt) {
			if !p.BrowserOpened || !strings.HasSuffix(p.URL, c.asked.State) {
				t.Errorf("prompt %+v", p)
			}
		},
	}
	token, err := login.PKCE(t.Context(), c, callback, login.Client{ID: "cid", Secret: "cs", Scopes: []string{"sso:account:access"}}, ui)
	browser.Wait()
	if conn, dialErr := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(callback.RedirectURI(), "http://"), "/oauth/callback")); dialErr == nil {
		conn.Close()
		t.Error("the port is still open")
	}
	return token, err
}

func TestPKCE(t *testing.T) {
	gone := &awsapi.Error{Code: "ExpiredTokenException", Status: 400}
	tests := []struct {
		name  string
		query string // with the state added
		token error  // of the exchange
		err   error
		text  string
	}{
		{"allowed", "code=the+code", nil, nil, "You are signed in"},
		{"allowed too late", "code=the+code", gone, login.ErrExpired, "You are not signed in"},
		{"code refused", "code=the+code", invalid, invalid, "You are not signed in"},
		{"denied at the exchange", "code=the+code", denied, login.ErrDenied, "The sign-in was denied"},
		{"denied", "error=access_denied&error_description=no", nil, login.ErrDenied, "The sign-in was denied"},
		{"another error", "error=server_error&error_description=%1b%5b31mill", nil,
			&login.AuthorizationError{Code: "server_error", Description: "\x1b[31mill"}, "You are not signed in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &codes{t: t, outcome: tt.token}
			token, err := run(t, c, func(s signIn) {
				status, body := s.get(t, tt.query+"&state="+s.state)
				if status != http.StatusOK || !strings.Contains(body, tt.text) {
					t.Errorf("page %d %s, want %s", status, body, tt.text)
				}
			})
			if (tt.err == nil) != (err == nil) || tt.err != nil && err.Error() != tt.err.Error() {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if (err == nil) != (token.AccessToken == "AT" && token.RefreshToken == "RT") {
				t.Errorf("token %+v", token)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\x1b") {
				t.Errorf("raw text in %q", err)
			}
		})
	}
}

func TestAuthorizeInput(t *testing.T) {
	c := &codes{t: t}
	if _, err := run(t, c, func(s signIn) { s.get(t, "code=the+code&state="+s.state) }); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^http://127\.0\.0\.1:[0-9]+/oauth/callback$`).MatchString(c.asked.RedirectURI) {
		t.Errorf("redirect %s", c.asked.RedirectURI)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(c.asked.State) {
		t.Errorf("state %s", c.asked.State)
	}
	if c.asked.ClientID != "cid" || len(c.asked.Scopes) != 1 {
		t.Errorf("asked %+v", c.asked)
	}
}

func TestVerifier(t *testing.T) {
	seen := map[string]bool{}
	letters := map[rune]int{}
	for range 2000 {
		v := login.NewVerifier()
		if !regexp.MustCompile(`^[A-Za-z0-9._~-]{64}$`).MatchString(v) || seen[v] {
			t.Fatalf("verifier %q", v)
		}
		seen[v] = true
		for _, r := range v {
			letters[r]++
		}
	}
	// 128,000 letters of 66: 1,939 of each, with a deviation of 44.
	for r, n := range letters {
		if n < 1600 || n > 2300 {
			t.Errorf("%c comes %d times of 128000", r, n)
		}
	}
}

// The page says that it went well only when it did.
func TestSuccessIsShownAfterTheExchange(t *testing.T) {
	c := &codes{t: t, gate: make(chan struct{})}
	_, err := run(t, c, func(s signIn) {
		conn, err := net.Dial("tcp", hostOf(t, s.base))
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET /oauth/callback?code=the+code&state=%s HTTP/1.1\r\nHost: %s\r\n\r\n", s.state, hostOf(t, s.base))
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
			t.Error("the page came before the token")
		}
		close(c.gate)
		conn.SetReadDeadline(time.Time{})
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'",
		} {
			if got := resp.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func hostOf(t *testing.T, raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		t.Error(err)
	}
	return u.Host
}

// A thousand callbacks of others, and connections that never ask, change
// nothing.
func TestForgedCallbacks(t *testing.T) {
	c := &codes{t: t}
	token, err := run(t, c, func(s signIn) {
		host := hostOf(t, s.base)
		for range 50 {
			half, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				continue
			}
			defer half.Close()
			io.WriteString(half, "GET /oauth/call")
		}
		forged := forgeries(host, s.state)
		for i := range 1000 {
			if status := send(t, host, forged[i%len(forged)]); status < 400 || status > 499 {
				t.Errorf("%.80q was answered with %d", forged[i%len(forged)], status)
			}
		}
		if status, body := s.get(t, "code=the+code&state="+s.state); status != 200 || !strings.Contains(body, "You are signed in") {
			t.Errorf("the real one: %d %s", status, body)
		}
	})
	if err != nil || token.AccessToken != "AT" || c.tokens != 1 {
		t.Errorf("%+v, %v after %d exchanges", token, err, c.tokens)
	}
}

// forgeries are requests of those who do not know the state, or know it and
// should not be asking in this way.
func forgeries(host, state string) []string {
	request := func(line, host, more string) string {
		return line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n"
	}
	right := "/oauth/callback?code=x&state=" + state
	return []string{
		request("GET /oauth/callback?code=x&state=wrong", host, ""),
		request("GET /oauth/callback?code=x&state="+state[:35], host, ""),
		request("GET /oauth/callback?code=x&state=", host, ""),
		request("GET /oauth/callback?code=x", host, ""),
		request("GET /oauth/callback", host, ""),
		request("GET /oauth/callback?error=access_denied&state=wrong", host, ""),
		request("GET /oauth/callback?error=x", host, ""),
		request("GET /oauth/callback?state="+state, host, ""),
		request("GET "+right+"&state=other", host, ""),
		request("GET "+right+"&error=access_denied", host, ""),
		request("GET "+right+"&code=y", host, ""),
		request("GET "+right+"&%zz", host, ""),
		request("GET /favicon.ico", host, ""),
		request("GET /?code=x&state="+state, host, ""),
		request("GET /oauth/callback/?code=x&state="+state, host, ""),
		request("GET /oauth/%63allback?code=x&state="+state, host, ""),
		request("GET //oauth/callback?code=x&state="+state, host, ""),
		request("HEAD "+right, host, ""),
		request("POST "+right, host, "Content-Length: 0\r\n"),
		request("OPTIONS "+right, host, "Origin: https://evil.example\r\n"),
		request("GET "+right, "localhost:80", ""),
		request("GET "+right, "evil.example", ""),
		request("GET http://evil.example"+right, host, ""),
		request("GET "+right, host, "Host: evil.example\r\n"),
		request("GET "+right+"&x="+strings.Repeat("x", 64<<10), host, ""),
		request("GET "+right, host, "X: "+strings.Repeat("x", 64<<10)+"\r\n"),
	}
}

// send writes raw bytes and returns the status that comes back.
func send(t *testing.T, host, raw string) int {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer conn.Close()
	go io.WriteString(conn, raw) // a request that is too large is not read to its end
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("%.80q: %v", raw, err)
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// Whoever learns the state from the one answer has nothing more to give.
func TestOneAnswerCounts(t *testing.T) {
	c := &codes{t: t, began: make(chan struct{}), gate: make(chan struct{})}
	_, err := run(t, c, func(s signIn) {
		host := hostOf(t, s.base)
		first, err := net.Dial("tcp", host)
		if err != nil {
			t.Error(err)
			return
		}
		defer first.Close()
		fmt.Fprintf(first, "GET /oauth/callback?code=the+code&state=%s HTTP/1.1\r\nHost: %s\r\n\r\n", s.state, host)
		<-c.began
		if status, _ := s.get(t, "error=access_denied&state="+s.state); status != 400 {
			t.Errorf("a second answer got %d", status)
		}
		close(c.gate)
		io.Copy(io.Discard, first)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = login.Listen(port)
	if e, ok := errors.AsType[*login.CallbackError](err); !ok || e.Port != port ||
		!strings.Contains(err.Error(), fmt.Sprintf("cannot wait for the browser on 127.0.0.1:%d: ", port)) {
		t.Errorf("got %v", err)
	}
}

// silence is a listener that nobody connects to.
type silence struct {
	closed chan struct{}
	once   *sync.Once
}

func newSilence() silence { return silence{make(chan struct{}), new(sync.Once)} }

func (s silence) Accept() (net.Conn, error) { <-s.closed; return nil, net.ErrClosed }
func (s silence) Close() error              { s.once.Do(func() { close(s.closed) }); return nil }
func (s silence) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func TestNobodyComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := login.PKCE(t.Context(), &codes{t: t}, login.CallbackOn(newSilence()), login.Client{}, login.UI{})
		if !errors.Is(err, login.ErrExpired) || time.Since(start) != 10*time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := login.PKCE(ctx, &codes{t: t}, login.CallbackOn(newSilence()), login.Client{}, login.UI{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
