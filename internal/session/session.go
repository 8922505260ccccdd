// Package session owns the policy of one sign-in: which token is fresh enough,
// when to refresh and when only a person can help, how a token is traded for
// role credentials, and what signing out means. Between processes it takes the
// lock of a cache file, reads again, and only then calls.
//
// It never prints and never asks: talking to a person is login's UI, filled in
// by the command.
package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/login"
	"latchkey/internal/ssocache"
)

// Margin is how long a cached token, registration or set of role credentials
// must still live to be used without a look for a newer one. The AWS CLI's
// fifteen minutes.
const Margin = 15 * time.Minute

// API are the calls to the service; *awsapi.Client makes them.
type API interface {
	login.DeviceAPI
	login.CodeAPI
	RegisterClient(context.Context, awsapi.RegisterClientInput) (awsapi.Registration, error)
	ListAccounts(ctx context.Context, token awscred.Secret) ([]awsapi.Account, error)
	ListAccountRoles(ctx context.Context, token awscred.Secret, accountID string) ([]awsapi.Role, error)
	GetRoleCredentials(ctx context.Context, token awscred.Secret, accountID, roleName string) (awscred.Credentials, error)
	Logout(ctx context.Context, token awscred.Secret) error
}

// A Place is where calls go. A start URL of the organisation's own leads to one
// of AWS's, in a region that need not be the configured one.
type Place struct {
	API              API
	StartURL, Region string
}

// A Session signs one profile or sso-session in and uses its token.
type Session struct {
	SSO   awsconfig.SSO
	Cache ssocache.Dir
	Now   func() time.Time

	// API makes the calls. Where that takes a look at the network first, it is
	// nil and Locate finds it, before the first call: what the cache has is
	// answered without.
	API    API
	Locate func(context.Context) (Place, error)

	// StartURL and Region are those that are called, where they differ from the
	// configured ones. Files keep the configured URL.
	StartURL, Region string

	// AutoLogin, if set, is how a command that needs a sign-in asks for it
	// instead of failing with a *LoginRequiredError.
	AutoLogin *LoginOptions

	// Warn, if set, is told what went wrong without stopping the work, such as
	// a cache that cannot be written.
	Warn func(error)
}

// Reach makes sure that calls can be made.
func (s *Session) Reach(ctx context.Context) error {
	if s.API != nil {
		return nil
	}
	place, err := s.Locate(ctx)
	if err != nil {
		return err
	}
	s.API, s.StartURL, s.Region = place.API, place.StartURL, place.Region
	return nil
}

func (s *Session) region() string {
	if s.Region != "" {
		return s.Region
	}
	return s.SSO.Region
}

func (s *Session) startURL() string {
	if s.StartURL != "" {
		return s.StartURL
	}
	return s.SSO.StartURL
}

// Legacy reports whether this is the configuration without an sso-session,
// whose token is never refreshed.
func (s *Session) Legacy() bool { return s.SSO.SessionName == "" }

// TokenKey names the token file of the session.
func (s *Session) TokenKey() string { return ssocache.TokenKey(s.SSO.StartURL, s.SSO.SessionName) }

// CredentialsKey names the file of the role credentials of the session's
// profile.
func (s *Session) CredentialsKey() string {
	return ssocache.CredentialsKey(s.SSO.AccountID, s.SSO.RoleName, s.SSO.SessionName, s.SSO.StartURL)
}

// fresh reports whether t is at least Margin away.
func (s *Session) fresh(t time.Time) bool { return t.Sub(s.Now()) >= Margin }

func (s *Session) warn(err error) {
	if s.Warn != nil && err != nil {
		s.Warn(err)
	}
}

// ErrNoToken is the cause of a LoginRequiredError when nobody has signed in.
var ErrNoToken = errors.New("nobody has signed in yet")

// A LoginRequiredError means that only a person who signs in can help.
type LoginRequiredError struct {
	SSO     awsconfig.SSO
	Expired time.Time // when the token ended, zero if that is not the reason
	Err     error     // ErrNoToken, or why the token was refused or not refreshed

	// Elsewhere: there is a token for the same portal, but of an sso-session
	// where the profile has none, or the reverse.
	Elsewhere bool

	refused awscred.Secret // the token that the service did not take, if it was asked
}

func (e *LoginRequiredError) Error() string {
	who := fmt.Sprintf("profile %q", e.SSO.Profile)
	if e.SSO.Profile == "" {
		who = fmt.Sprintf("sso-session %q", e.SSO.SessionName)
	}
	switch {
	case !e.Expired.IsZero() && e.SSO.SessionName == "":
		return fmt.Sprintf("the sign-in of %s ended at %s; without an sso-session it cannot be renewed by itself", who, clock(e.Expired))
	case !e.Expired.IsZero() && e.Err != nil:
		return fmt.Sprintf("the sign-in of %s ended at %s and could not be renewed: %v", who, clock(e.Expired), e.Err)
	case !e.Expired.IsZero():
		return fmt.Sprintf("the sign-in of %s ended at %s", who, clock(e.Expired))
	case e.Elsewhere && e.SSO.SessionName == "":
		return fmt.Sprintf("%s is not signed in; the sign-in to its start URL is that of an sso-session, which profiles without one do not share", who)
	case e.Elsewhere:
		return fmt.Sprintf("%s is not signed in; the sign-in to its start URL is that of profiles without an sso-session", who)
	case errors.Is(e.Err, ErrNoToken):
		return fmt.Sprintf("%s is not signed in", who)
	}
	return fmt.Sprintf("the sign-in of %s is no longer accepted: %v", who, e.Err)
}

func (e *LoginRequiredError) Unwrap() error { return e.Err }

// Command is what to run to sign in.
func (e *LoginRequiredError) Command() []string {
	if e.SSO.Profile == "" {
		return []string{"latchkey", "sso", "login", "--sso-session", e.SSO.SessionName}
	}
	return []string{"latchkey", "sso", "login", "--profile", e.SSO.Profile}
}

// clock shows a moment as the person's clock does, with its day.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04 MST") }
