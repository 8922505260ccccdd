package session_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/session"
	"latchkey/internal/ssocache"
)

var now = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// service answers as a test says; a nil function fails the call.
type service struct {
	mu          sync.Mutex
	calls       []string
	createToken func(awsapi.CreateTokenInput) (awsapi.Token, error)
	credentials func(token awscred.Secret) (awscred.Credentials, error)
	logout      func() error
	roles       []awsapi.Role
	accounts    []awsapi.Account
	registered  awsapi.RegisterClientInput
}

func (s *service) called(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, name)
}

func (s *service) RegisterClient(_ context.Context, in awsapi.RegisterClientInput) (awsapi.Registration, error) {
	s.called("RegisterClient " + in.Name)
	s.registered = in
	return awsapi.Registration{ClientID: "cid", ClientSecret: "csecret", ExpiresAt: now.Add(90 * 24 * time.Hour)}, nil
}

func (s *service) StartDeviceAuthorization(_ context.Context, _ string, _ awscred.Secret, startURL string) (awsapi.DeviceAuthorization, error) {
	s.called("StartDeviceAuthorization " + startURL)
	return awsapi.DeviceAuthorization{DeviceCode: "dc", UserCode: "QCFK-NBDF", ExpiresIn: time.Minute, Interval: time.Second}, nil
}

func (s *service) AuthorizeURL(in awsapi.AuthorizeInput) (string, error) {
	s.called("AuthorizeURL " + strings.Join(in.Scopes, " "))
	return in.RedirectURI + "?code=the+code&state=" + in.State, nil // allowed at once
}

func (s *service) CreateToken(_ context.Context, in awsapi.CreateTokenInput) (awsapi.Token, error) {
	s.called("CreateToken " + in.GrantType)
	if s.createToken != nil {
		return s.createToken(in)
	}
	return awsapi.Token{AccessToken: "AT", ExpiresIn: 8 * time.Hour}, nil
}

func (s *service) ListAccounts(context.Context, awscred.Secret) ([]awsapi.Account, error) {
	s.called("ListAccounts")
	return s.accounts, nil
}

func (s *service) ListAccountRoles(context.Context, awscred.Secret, string) ([]awsapi.Role, error) {
	s.called("ListAccountRoles")
	return s.roles, nil
}

func (s *service) GetRoleCredentials(_ context.Context, token awscred.Secret, account, role string) (awscred.Credentials, error) {
	s.called("GetRoleCredentials " + account + " " + role)
	if s.credentials != nil {
		return s.credentials(token)
	}
	return awscred.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(time.Hour)}, nil
}

func (s *service) Logout(context.Context, awscred.Secret) error {
	s.called("Logout")
	return s.logout()
}

func (s *service) want(t *testing.T, calls ...string) {
	t.Helper()
	if got, want := strings.Join(s.calls, "\n"), strings.Join(calls, "\n"); got != want {
		t.Errorf("calls:\n%s\nwant:\n%s", got, want)
	}
}

func legacy(t *testing.T, api session.API) *session.Session {
	return &session.Session{
		SSO: awsconfig.SSO{
			Profile: "dev", StartURL: "https://my-sso-portal.awsapps.com/start", Region: "us-east-1",
			AccountID: "123456789011", RoleName: "ReadOnly",
		},
		Cache: ssocache.In(t.TempDir()), API: api, Now: func() time.Time { return now },
	}
}

func modern(t *testing.T, api session.API) *session.Session {
	s := legacy(t, api)
	s.SSO.SessionName = "corp"
	s.SSO.Scopes = []string{"sso:account:access"}
	return s
}

func put(t *testing.T, s *session.Session, left time.Duration) ssocache.Token {
	t.Helper()
	token := ssocache.Token{
		StartURL: s.SSO.StartURL, Region: s.SSO.Region, AccessToken: "old", ExpiresAt: now.Add(left),
		ClientID: "cid", ClientSecret: "csecret", RegistrationExpiresAt: now.Add(24 * time.Hour), RefreshToken: "RT1",
	}
	if err := s.Cache.PutToken(s.TokenKey(), token); err != nil {
		t.Fatal(err)
	}
	return token
}

func TestLoginRegistersOnceAndAlwaysSignsIn(t *testing.T) {
	api := &service{}
	s := legacy(t, api)
	for range 2 {
		token, err := s.Login(t.Context(), session.LoginOptions{Device: true})
		if err != nil || token.AccessToken.Reveal() != "AT" || !token.ExpiresAt.Equal(now.Add(8*time.Hour)) {
			t.Fatalf("Login = %+v, %v", token, err)
		}
	}
	const device = "CreateToken urn:ietf:params:oauth:grant-type:device_code"
	const start = "StartDeviceAuthorization https://my-sso-portal.awsapps.com/start"
	api.want(t, "RegisterClient latchkey-1795377600", start, device, start, device)
	if _, err := s.Cache.Registration("0e093f10f65cee6c5c1898a8e240f5726875bf08"); err != nil {
		t.Errorf("the registration is not where the AWS CLI looks: %v", err)
	}
	if _, err := s.Cache.Token("c7aaaf71fcc8777ae2475525ed049d39fe16c484"); err != nil {
		t.Errorf("the token is not where the AWS CLI looks: %v", err)
	}
}

func TestRegistrationOfTheOtherFlowIsReplaced(t *testing.T) {
	api := &service{}
	s := modern(t, api)
	key := ssocache.RegistrationKey("us-east-1", s.SSO.Scopes, "corp", s.SSO.StartURL)
	other := ssocache.Registration{ClientID: "ac", ClientSecret: "x", ExpiresAt: now.Add(time.Hour), GrantTypes: []string{"authorization_code", "refresh_token"}}
	if err := s.Cache.PutRegistration(key, other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Login(t.Context(), session.LoginOptions{Device: true}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Cache.Registration(key)
	if err != nil || got.ClientID != "cid" || len(got.GrantTypes) != 0 {
		t.Errorf("registration = %+v, %v", got, err)
	}
}

func TestToken(t *testing.T) {
	refused := &awsapi.Error{Code: "InvalidGrantException", Status: 400}
	for _, tc := range []struct {
		name    string
		session func(*testing.T, session.API) *session.Session
		left    time.Duration // of the stored token; negative: expired
		create  func(awsapi.CreateTokenInput) (awsapi.Token, error)
		want    string // token, or part of the error
		refresh string // the refresh token that is stored afterwards
		calls   int
	}{
		{"fresh", modern, time.Hour, nil, "old", "RT1", 0},
		{"legacy is used until it ends", legacy, time.Second, nil, "old", "RT1", 0},
		{"legacy is never refreshed", legacy, -time.Second, nil, "cannot be renewed by itself", "RT1", 0},
		{"refreshed ahead of its end", modern, 14 * time.Minute, nil, "AT", "RT1", 1},
		{"refreshed after its end", modern, -time.Hour, nil, "AT", "RT1", 1},
		{"rotated", modern, -time.Hour, func(awsapi.CreateTokenInput) (awsapi.Token, error) {
			return awsapi.Token{AccessToken: "AT2", RefreshToken: "RT2", ExpiresIn: time.Hour}, nil
		}, "AT2", "RT2", 1},
		{"out of reach while the token lives", modern, time.Second, func(awsapi.CreateTokenInput) (awsapi.Token, error) {
			return awsapi.Token{}, &awsapi.UnreachableError{Operation: "CreateToken", Host: "oidc", Err: errors.New("no route")}
		}, "old", "RT1", 1},
		{"out of reach after its end", modern, -time.Second, func(awsapi.CreateTokenInput) (awsapi.Token, error) {
			return awsapi.Token{}, &awsapi.UnreachableError{Operation: "CreateToken", Host: "oidc", Err: errors.New("no route")}
		}, "could not be renewed: CreateToken failed at oidc: no route", "RT1", 1},
		{"refresh fails while the token lives", modern, 5 * time.Minute, func(awsapi.CreateTokenInput) (awsapi.Token, error) {
			return awsapi.Token{}, refused
		}, "old", "RT1", 1},
		{"refresh fails after its end", modern, -time.Minute, func(awsapi.CreateTokenInput) (awsapi.Token, error) {
			return awsapi.Token{}, refused
		}, "could not be renewed", "RT1", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			api := &service{createToken: tc.create}
			s := tc.session(t, api)
			put(t, s, tc.left)
			token, err := s.Token(t.Context())
			got := token.AccessToken.Reveal()
			if err != nil {
				got = err.Error()
				if _, ok := errors.AsType[*session.LoginRequiredError](err); !ok {
					t.Errorf("%v is no LoginRequiredError", err)
				}
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if stored, _ := s.Cache.Token(s.TokenKey()); stored.RefreshToken.Reveal() != tc.refresh {
				t.Errorf("stored refresh token %q, want %q", stored.RefreshToken.Reveal(), tc.refresh)
			}
			if len(api.calls) != tc.calls {
				t.Errorf("calls: %v", api.calls)
			}
		})
	}
}

func TestNobodySignedIn(t *testing.T) {
	s := legacy(t, &service{})
	_, err := s.Credentials(t.Context())
	e, ok := errors.AsType[*session.LoginRequiredError](err)
	if !ok || !strings.Contains(err.Error(), `profile "dev" is not signed in`) {
		t.Fatalf("Credentials: %v", err)
	}
	if got := strings.Join(e.Command(), " "); got != "latchkey sso login --profile dev" {
		t.Errorf("Command = %q", got)
	}
}

func TestOneCallServesEveryone(t *testing.T) {
	var calls atomic.Int32
	api := &service{credentials: func(awscred.Secret) (awscred.Credentials, error) {
		calls.Add(1)
		return awscred.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(time.Hour)}, nil
	}}
	s := legacy(t, api)
	put(t, s, time.Hour)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if c, err := s.Credentials(t.Context()); err != nil || c.AccessKeyID != "ASIA1" {
				t.Errorf("Credentials = %v, %v", c, err)
			}
		})
	}
	wg.Wait()
	if calls.Load() != 1 {
		t.Errorf("%d calls, want 1", calls.Load())
	}
}

func TestCredentialsAreRenewedFifteenMinutesAhead(t *testing.T) {
	for _, tc := range []struct {
		left time.Duration
		want string
	}{{15 * time.Minute, "cached"}, {15*time.Minute - time.Second, "ASIA1"}} {
		s := legacy(t, &service{})
		put(t, s, time.Hour)
		cached := awscred.Credentials{AccessKeyID: "cached", SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(tc.left)}
		if err := s.Cache.PutCredentials(s.CredentialsKey(), cached); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Credentials(t.Context()); err != nil || c.AccessKeyID != tc.want {
			t.Errorf("%v left: %v, %v, want %s", tc.left, c.AccessKeyID, err, tc.want)
		}
	}
}

func TestRefusedTokenNeedsASignIn(t *testing.T) {
	api := &service{credentials: func(awscred.Secret) (awscred.Credentials, error) {
		return awscred.Credentials{}, &awsapi.Error{Code: "UnauthorizedException", Status: 401, Description: "Session token not found or invalid"}
	}}
	s := legacy(t, api)
	put(t, s, time.Hour)
	if _, err := s.Credentials(t.Context()); !isLoginRequired(err) {
		t.Errorf("Credentials: %v", err)
	}
}

func isLoginRequired(err error) bool {
	_, ok := errors.AsType[*session.LoginRequiredError](err)
	return ok
}

// The cache is a convenience: credentials that cannot be kept are still given.
func TestUnwritableCacheOnlyWarns(t *testing.T) {
	s := legacy(t, &service{})
	put(t, s, time.Hour)
	if err := os.WriteFile(filepath.Dir(s.Cache.CLI), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	var warned []error
	s.Warn = func(err error) { warned = append(warned, err) }
	if c, err := s.Credentials(t.Context()); err != nil || c.AccessKeyID != "ASIA1" {
		t.Errorf("Credentials = %v, %v", c, err)
	}
	if len(warned) == 0 {
		t.Error("nobody was told")
	}
}

func TestLogout(t *testing.T) {
	unreachable := &awsapi.UnreachableError{Operation: "Logout", Host: "portal", Err: errors.New("connection refused")}
	for _, tc := range []struct {
		name   string
		answer error
		ok     bool
	}{
		{"told", nil, true},
		{"unknown there", &awsapi.Error{Code: "UnauthorizedException", Status: 401}, true},
		{"unreachable", unreachable, false},
		{"server error", &awsapi.Error{Code: "InternalServerException", Status: 500}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			api := &service{logout: func() error { return tc.answer }}
			s := legacy(t, api)
			token := put(t, s, time.Hour)
			err := session.Logout(t.Context(), s.Cache, api, ssocache.StoredToken{Key: s.TokenKey(), Token: token}, now)
			if (err == nil) != tc.ok {
				t.Errorf("Logout: %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "signed out here") {
				t.Errorf("the error does not say what is left: %v", err)
			}
			if _, err := s.Cache.Token(s.TokenKey()); !errors.Is(err, ssocache.ErrNotFound) {
				t.Errorf("the token is still there: %v", err)
			}
			api.want(t, "Logout")
		})
	}
}

// "No access" is all that the service says; the lists tell why.
func TestRoleThatIsNotAssigned(t *testing.T) {
	for _, tc := range []struct {
		roles      []awsapi.Role
		want, near string
		accounts   []awsapi.Account
	}{
		{[]awsapi.Role{{Name: "readonly"}, {Name: "FullAccess"}}, `the role "ReadOnly" in the account 123456789011 is not assigned to you; you have readonly, FullAccess`, "readonly", nil},
		{[]awsapi.Role{{Name: "ReadOnyl"}}, "you have ReadOnyl", "ReadOnyl", nil},
		{[]awsapi.Role{{Name: "FullAccess"}}, "you have FullAccess", "", nil},
		{nil, "no role in the account 123456789011 is assigned to you", "", []awsapi.Account{{ID: "123456789011"}}},
		{nil, "the account 123456789011 is not among yours: no role in it is assigned to you, or it was suspended or closed", "", []awsapi.Account{{ID: "123456789022"}}},
		{[]awsapi.Role{{Name: "ReadOnly"}}, `the role "ReadOnly" in the account 123456789011 is assigned to you, and refused all the same: GetRoleCredentials was answered with ForbiddenException: No access`, "", nil},
	} {
		api := &service{roles: tc.roles, accounts: tc.accounts, credentials: func(awscred.Secret) (awscred.Credentials, error) {
			return awscred.Credentials{}, &awsapi.Error{Operation: "GetRoleCredentials", Code: "ForbiddenException", Status: 403, Description: "No access"}
		}}
		s := legacy(t, api)
		put(t, s, time.Hour)
		_, err := s.Credentials(t.Context())
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("Credentials: %v, want %s", err, tc.want)
		}
		if e, ok := errors.AsType[*session.RoleError](err); ok && e.Near() != tc.near {
			t.Errorf("near %q, want %q", e.Near(), tc.near)
		}
	}
}

// A start URL can be written in several ways, each of which has a file of its
// own; a sign-in with one serves them all.
func TestSameStartURLInAnotherSpelling(t *testing.T) {
	for _, tc := range []struct {
		configured, signedIn string
		want                 bool
	}{
		{"https://my-sso-portal.awsapps.com/start", "https://my-sso-portal.awsapps.com/start/", true},
		{"https://my-sso-portal.awsapps.com/start/", "https://my-sso-portal.awsapps.com/start#/", true},
		{"https://my-sso-portal.awsapps.com/start/#/", "https://MY-sso-portal.awsapps.com/start", true},
		{"https://my-sso-portal.awsapps.com/start", "https://other.awsapps.com/start", false},
		{"https://my-sso-portal.awsapps.com/start", "http://my-sso-portal.awsapps.com/start", false},
		{"https://my-sso-portal.awsapps.com/start", "https://my-sso-portal.awsapps.com/start2", false},
	} {
		there := legacy(t, &service{})
		there.SSO.StartURL = tc.signedIn
		put(t, there, time.Hour)
		here := legacy(t, &service{})
		here.Cache, here.SSO.StartURL = there.Cache, tc.configured
		token, err := here.Token(t.Context())
		if got := err == nil && token.AccessToken.Reveal() == "old"; got != tc.want {
			t.Errorf("%s after a sign-in to %s: %v", tc.configured, tc.signedIn, err)
		}
	}
}

func TestTokenOfTheOtherKindIsNamed(t *testing.T) {
	a := modern(t, &service{})
	put(t, a, time.Hour)
	b := legacy(t, &service{})
	b.Cache = a.Cache
	if _, err := b.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "is that of an sso-session") {
		t.Errorf("Token: %v", err)
	}
	put(t, b, time.Hour)
	if err := a.Cache.RemoveToken(a.TokenKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "is that of profiles without an sso-session") {
		t.Errorf("Token: %v", err)
	}
}

// A token that another program has left for everyone to read is told of, once.
func TestTokenReadableByOthersIsTold(t *testing.T) {
	s := legacy(t, &service{})
	put(t, s, time.Hour)
	var warned []string
	s.Warn = func(err error) { warned = append(warned, err.Error()) }
	path := filepath.Join(s.Cache.SSO, s.TokenKey()+".json")
	for _, mode := range []os.FileMode{0o600, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(warned) != 1 || !strings.Contains(warned[0], path) {
		t.Errorf("warned: %q", warned)
	}
}
