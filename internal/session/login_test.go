package session_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
	"latchkey/internal/login"
	"latchkey/internal/session"
	"latchkey/internal/ssocache"
)

// inBrowser is a person whose browser comes back at once.
func inBrowser(t *testing.T, opened *atomic.Int32) login.UI {
	return login.UI{OpenBrowser: func(_ context.Context, url string) error {
		opened.Add(1)
		go func() {
			resp, err := http.Get(url)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
		}()
		return nil
	}}
}

func TestLoginByBrowser(t *testing.T) {
	api := &service{}
	s := modern(t, api)
	s.SSO.Scopes, s.SSO.StartURL = nil, "https://d-1234567890.awsapps.com/start#/"
	var opened atomic.Int32
	for range 2 {
		token, err := s.Login(t.Context(), session.LoginOptions{UI: inBrowser(t, &opened)})
		if err != nil || token.AccessToken != "AT" {
			t.Fatalf("Login = %+v, %v", token, err)
		}
	}
	const page, token = "AuthorizeURL sso:account:access", "CreateToken authorization_code"
	api.want(t, "RegisterClient latchkey-corp", page, token, page, token)
	want := awsapi.RegisterClientInput{
		Name: "latchkey-corp", Scopes: []string{"sso:account:access"}, GrantTypes: []string{"authorization_code", "refresh_token"},
		RedirectURIs: []string{"http://127.0.0.1/oauth/callback"}, IssuerURL: "https://d-1234567890.awsapps.com/start#/",
	}
	if diff := cmp.Diff(want, api.registered); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
	// No scopes configured: the name has null, the file what was registered.
	const reg = "b1cb2dfd72f087ef1d4c62ec907c5667d3b9eeb2"
	bytes, err := os.ReadFile(s.Cache.SSO + "/" + reg + ".json")
	if err != nil || !strings.HasSuffix(string(bytes), `"scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"]}`) {
		t.Errorf("registration %s, %v", bytes, err)
	}
	if _, err := s.Cache.Token("ee0bfd2552fbd840c02cc48b6e823320543c450f"); err != nil {
		t.Errorf("the token is not where the AWS CLI looks: %v", err)
	}
}

// The two ways have one registration file; each registers over the other's.
func TestWaysDoNotShareARegistration(t *testing.T) {
	api := &service{}
	s := modern(t, api)
	var opened atomic.Int32
	for i, device := range []bool{true, false, false, true} {
		if _, err := s.Login(t.Context(), session.LoginOptions{UI: inBrowser(t, &opened), Device: device}); err != nil {
			t.Fatal(err)
		}
		key := ssocache.RegistrationKey("us-east-1", s.SSO.Scopes, "corp", s.SSO.StartURL)
		reg, err := s.Cache.Registration(key)
		if err != nil || (len(reg.GrantTypes) == 0) != device {
			t.Errorf("sign-in %d: %+v, %v", i, reg, err)
		}
	}
	if n := strings.Count(strings.Join(api.calls, "\n"), "RegisterClient"); n != 3 || opened.Load() != 2 {
		t.Errorf("%d registrations, %d pages", n, opened.Load())
	}
}

func TestLegacyHasNoOtherWay(t *testing.T) {
	api := &service{}
	if _, err := legacy(t, api).Login(t.Context(), session.LoginOptions{}); err != nil {
		t.Fatal(err)
	}
	if calls := strings.Join(api.calls, " "); strings.Contains(calls, "AuthorizeURL") {
		t.Errorf("calls %s", calls)
	}
}

func TestPortOfTheBrowserIsTakenFirst(t *testing.T) {
	api := &service{}
	busy, err := login.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	s := modern(t, api)
	_, err = s.Login(t.Context(), session.LoginOptions{RedirectPort: portOf(t, busy)})
	if _, ok := errors.AsType[*login.CallbackError](err); !ok || len(api.calls) != 0 {
		t.Errorf("%v after %v", err, api.calls)
	}
}

// Many sign in to one session at once: one asks the person.
func TestOneBrowserForAll(t *testing.T) {
	gate := make(chan struct{})
	api := &service{createToken: func(awsapi.CreateTokenInput) (awsapi.Token, error) {
		<-gate
		return awsapi.Token{AccessToken: "AT", ExpiresIn: time.Hour}, nil
	}}
	s := modern(t, api)
	var opened, waiting atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			token, err := s.Login(t.Context(), session.LoginOptions{
				UI: inBrowser(t, &opened), Wait: time.Minute,
				Waiting: func(pid int) {
					if pid != os.Getpid() && pid != 0 { // 0: it has only just begun
						t.Errorf("waiting for process %d", pid)
					}
					if waiting.Add(1) == 19 {
						close(gate)
					}
				},
			})
			if err != nil || token.AccessToken != "AT" {
				t.Errorf("%+v, %v", token, err)
			}
		})
	}
	all.Wait()
	if opened.Load() != 1 {
		t.Errorf("%d pages", opened.Load())
	}
}

// underWay takes the turn of another process and returns what ends it.
func underWay(t *testing.T, s *session.Session) func() {
	t.Helper()
	unlock, err := s.Cache.Lock(t.Context(), s.TokenKey()+".login")
	if err != nil {
		t.Fatal(err)
	}
	return unlock
}

func TestWaitForAnotherSignIn(t *testing.T) {
	t.Run("too long", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := modern(t, &service{})
			defer underWay(t, s)()
			for _, wait := range []time.Duration{0, time.Minute} {
				start, told := time.Now(), 0
				_, err := s.Login(t.Context(), session.LoginOptions{Wait: wait, Waiting: func(int) { told++ }})
				if e, ok := errors.AsType[*session.UnderwayError](err); !ok || e.PID != os.Getpid() {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took < wait || took > wait+time.Second || told != min(1, int(wait)) {
					t.Errorf("waited %v, told %d times", took, told)
				}
			}
		})
	})
	t.Run("interrupted", func(t *testing.T) {
		s := modern(t, &service{})
		defer underWay(t, s)()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Login(ctx, session.LoginOptions{Wait: time.Minute, Waiting: func(int) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	// The other one was denied, or died: whoever waited asks the person.
	t.Run("without a token", func(t *testing.T) {
		s := modern(t, &service{})
		put(t, s, time.Hour)
		done := underWay(t, s)
		var opened atomic.Int32
		token, err := s.Login(t.Context(), session.LoginOptions{UI: inBrowser(t, &opened), Wait: time.Minute, Waiting: func(int) { done() }})
		if err != nil || token.AccessToken != "AT" || opened.Load() != 1 {
			t.Errorf("%+v, %v, %d pages", token, err, opened.Load())
		}
	})
}

func TestLoginIfNeeded(t *testing.T) {
	for _, tc := range []struct {
		name   string
		left   time.Duration
		create func(awsapi.CreateTokenInput) (awsapi.Token, error)
		want   string
		pages  int32
	}{
		{"fresh", time.Hour, nil, "old", 0},
		{"renewed without a person", time.Minute, nil, "AT", 0},
		{"not renewed", time.Minute, func(in awsapi.CreateTokenInput) (awsapi.Token, error) {
			if in.GrantType == "refresh_token" {
				return awsapi.Token{}, &awsapi.Error{Code: "InvalidRequestException", Status: 400}
			}
			return awsapi.Token{AccessToken: "AT", ExpiresIn: time.Hour}, nil
		}, "AT", 1},
	} {
		s := modern(t, &service{createToken: tc.create})
		put(t, s, tc.left)
		var opened atomic.Int32
		token, err := s.Login(t.Context(), session.LoginOptions{UI: inBrowser(t, &opened), IfNeeded: true})
		if err != nil || token.AccessToken.Reveal() != tc.want || opened.Load() != tc.pages {
			t.Errorf("%s: %+v, %v, %d pages", tc.name, token, err, opened.Load())
		}
	}
}

// Commands sign in by themselves only if they were told to.
func TestAutoLogin(t *testing.T) {
	refuse := func(token awscred.Secret) (awscred.Credentials, error) {
		if token == "old" {
			return awscred.Credentials{}, &awsapi.Error{Code: "UnauthorizedException", Status: 401}
		}
		return awscred.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", Expiration: now.Add(time.Hour)}, nil
	}
	var opened atomic.Int32
	for _, left := range []time.Duration{-time.Hour, time.Hour} {
		s := modern(t, &service{credentials: refuse})
		old := put(t, s, left)
		old.RefreshToken = ""
		if err := s.Cache.PutToken(s.TokenKey(), old); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Credentials(t.Context()); !isLoginRequired(err) || opened.Load() != 0 {
			t.Errorf("%v left: %v, %d pages", left, err, opened.Load())
		}
		s.AutoLogin = &session.LoginOptions{UI: inBrowser(t, &opened), Wait: time.Minute}
		if c, err := s.Credentials(t.Context()); err != nil || c.AccessKeyID != "ASIA1" || opened.Swap(0) != 1 {
			t.Errorf("%v left: %+v, %v", left, c, err)
		}
	}
}

// A person who denied one command is not asked again by those that waited.
func TestAutoLoginAsksOnce(t *testing.T) {
	s := modern(t, &service{})
	done := underWay(t, s)
	var opened atomic.Int32
	s.AutoLogin = &session.LoginOptions{UI: inBrowser(t, &opened), Wait: time.Minute, Waiting: func(int) { done() }}
	if _, err := s.Token(t.Context()); !isLoginRequired(err) || opened.Load() != 0 {
		t.Errorf("%v, %d pages", err, opened.Load())
	}
}

// Whoever keeps a lock of the cache for long is named.
func TestStoppedHolderIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := modern(t, &service{})
		put(t, s, -time.Minute)
		unlock, err := s.Cache.Lock(t.Context(), s.TokenKey())
		if err != nil {
			t.Fatal(err)
		}
		var warned []string
		s.Warn = func(err error) {
			warned = append(warned, err.Error())
			unlock()
		}
		start := time.Now()
		token, err := s.Token(t.Context())
		if err != nil || token.AccessToken != "AT" || len(warned) != 1 || !strings.Contains(warned[0], "waiting for process ") {
			t.Errorf("%+v, %v, warned %q", token, err, warned)
		}
		if took := time.Since(start); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("after %v", took)
		}
	})
}

// A service that has forgotten the client is asked to register another.
func TestForgottenClientIsRegisteredAgain(t *testing.T) {
	tries := 0
	api := &service{createToken: func(awsapi.CreateTokenInput) (awsapi.Token, error) {
		if tries++; tries == 2 {
			return awsapi.Token{}, &awsapi.Error{Code: "InvalidClientException", Status: 401}
		}
		return awsapi.Token{AccessToken: "AT", ExpiresIn: time.Hour}, nil
	}}
	s := legacy(t, api)
	options := session.LoginOptions{UI: login.UI{ShowCode: func(login.Prompt) {}}}
	for range 2 {
		if _, err := s.Login(t.Context(), options); err != nil {
			t.Fatal(err)
		}
	}
	registered := 0
	for _, call := range api.calls {
		if strings.HasPrefix(call, "RegisterClient") {
			registered++
		}
	}
	if registered != 2 {
		t.Errorf("registered %d times, want 2: %v", registered, api.calls)
	}
}

// Nobody came back: it may be that the service no longer knows the client.
func TestInterruptedLoginRegistersAgain(t *testing.T) {
	api := &service{}
	s := modern(t, api)
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Login(ctx, session.LoginOptions{UI: login.UI{ShowURL: func(login.URLPrompt) { cancel() }}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if n := strings.Count(strings.Join(api.calls, "\n"), "RegisterClient"); n != 2 {
		t.Errorf("registered %d times", n)
	}
}
