package session_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/login"
	"latchkey/internal/session"
	"latchkey/internal/ssocache"
)

// strict is a service that takes a refresh token once. While it answers, other
// programs do as during says.
func strict(valid string, during func()) *service {
	return &service{createToken: func(in awsapi.CreateTokenInput) (awsapi.Token, error) {
		during()
		if in.RefreshToken.Reveal() != valid {
			return awsapi.Token{}, &awsapi.Error{Operation: "CreateToken", Code: "InvalidGrantException", Status: 400}
		}
		return awsapi.Token{AccessToken: "AT", RefreshToken: "RT9", ExpiresIn: time.Hour}, nil
	}}
}

// A program that takes no lock, such as the AWS CLI, used the refresh token up.
func TestRefreshThatLostARace(t *testing.T) {
	for _, tc := range []struct {
		name         string
		left         time.Duration // of the other's token, 0 for no other
		late         bool          // the other writes a moment later
		want, stored string
		calls        int
	}{
		{"its token is used", time.Hour, false, "other", "RT2", 1},
		{"it writes a moment later", time.Hour, true, "other", "RT2", 1},
		{"its token is old as well", time.Minute, false, "AT", "RT9", 2},
		{"nobody was there", 0, false, "could not be renewed: CreateToken was answered with InvalidGrantException", "RT1", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s *session.Session
				var mine ssocache.Token
				write := func() {
					other := mine
					other.AccessToken, other.RefreshToken, other.ExpiresAt = "other", "RT2", now.Add(tc.left)
					if err := s.Cache.PutToken(s.TokenKey(), other); err != nil {
						t.Error(err)
					}
				}
				once := false
				api := strict("RT2", func() {
					switch {
					case once || tc.left == 0:
					case tc.late:
						time.AfterFunc(150*time.Millisecond, write)
					default:
						write()
					}
					once = true
				})
				s = modern(t, api)
				mine = put(t, s, -time.Minute)
				token, err := s.Token(t.Context())
				got := token.AccessToken.Reveal()
				if err != nil {
					got = err.Error()
				}
				if !strings.Contains(got, tc.want) || len(api.calls) != tc.calls {
					t.Errorf("got %q after %v, want %q", got, api.calls, tc.want)
				}
				if stored, _ := s.Cache.Token(s.TokenKey()); stored.RefreshToken.Reveal() != tc.stored {
					t.Errorf("stored %q", stored.RefreshToken.Reveal())
				}
			})
		})
	}
}

// What cannot be renewed says why, and asks nobody.
func TestNotRefreshable(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*ssocache.Token)
		want   string
	}{
		{"no refresh token", func(t *ssocache.Token) { t.RefreshToken = "" }, "the service gave no refresh token"},
		{"registration ended", func(t *ssocache.Token) { t.RegistrationExpiresAt = now.Add(-time.Minute) }, "the registration of this client ended at "},
		{"no client", func(t *ssocache.Token) { t.ClientID = "" }, "does not say which client"},
	} {
		for _, left := range []time.Duration{-time.Minute, time.Minute} {
			api := &service{}
			s := modern(t, api)
			s.Warn = func(err error) { t.Errorf("%s: warned of %v", tc.name, err) }
			stored := put(t, s, left)
			tc.change(&stored)
			if err := s.Cache.PutToken(s.TokenKey(), stored); err != nil {
				t.Fatal(err)
			}
			token, err := s.Token(t.Context())
			if left > 0 && (err != nil || token.AccessToken != "old") {
				t.Errorf("%s: while it lives: %+v, %v", tc.name, token, err)
			}
			if left < 0 && (!isLoginRequired(err) || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
			}
			if len(api.calls) != 0 {
				t.Errorf("%s: calls %v", tc.name, api.calls)
			}
		}
	}
}

func portOf(t *testing.T, c *login.Callback) int {
	t.Helper()
	u, err := url.Parse(c.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Nobody waits long for another's try while the token still lives.
func TestLivingTokenHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &service{}
		s := modern(t, api)
		put(t, s, time.Minute)
		unlock, err := s.Cache.Lock(t.Context(), s.TokenKey())
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		start := time.Now()
		token, err := s.Token(t.Context())
		if err != nil || token.AccessToken != "old" || len(api.calls) != 0 {
			t.Errorf("%v, %v, calls %v", token, err, api.calls)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("after %v", took)
		}
	})
}
