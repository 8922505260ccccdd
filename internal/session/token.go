package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// Token returns an access token that is valid now, refreshed where that is
// possible, or a *LoginRequiredError.
func (s *Session) Token(ctx context.Context) (ssocache.Token, error) {
	t, err := s.Cache.Token(s.TokenKey())
	switch {
	case errors.Is(err, ssocache.ErrNotFound):
		t, ok, elsewhere := s.anotherSpelling()
		if !ok {
			return t, &LoginRequiredError{SSO: s.SSO, Err: ErrNoToken, Elsewhere: elsewhere}
		}
		return t, nil
	case err != nil:
		return ssocache.Token{}, err
	case s.fresh(t.ExpiresAt):
		return t, nil
	}
	if s.refreshable(t) {
		if t, err = s.refresh(ctx); err != nil {
			if ctx.Err() != nil {
				return ssocache.Token{}, ctx.Err()
			}
			s.warn(err)
		}
	}
	if !t.ExpiresAt.After(s.Now()) {
		return ssocache.Token{}, &LoginRequiredError{SSO: s.SSO, Expired: t.ExpiresAt, Err: err}
	}
	return t, nil
}

// refreshable reports whether t can be renewed without a person. AWS's legacy
// configuration never is, though its file may hold a refresh token.
func (s *Session) refreshable(t ssocache.Token) bool {
	return !s.Legacy() && t.RefreshToken != "" && t.ClientID != "" && t.ClientSecret != "" && t.RegistrationExpiresAt.After(s.Now())
}

// refresh renews the stored token under its lock, unless another process has
// done so in the meantime. When it fails it returns the token that is stored,
// with the error.
func (s *Session) refresh(ctx context.Context) (t ssocache.Token, err error) {
	key := s.TokenKey()
	err = s.locked(ctx, s.Cache.Lock, key, func() error {
		if t, err = s.Cache.Token(key); err != nil || s.fresh(t.ExpiresAt) || !s.refreshable(t) {
			return err
		}
		got, err := s.API.CreateToken(ctx, awsapi.CreateTokenInput{
			ClientID: t.ClientID, ClientSecret: t.ClientSecret, GrantType: "refresh_token", RefreshToken: t.RefreshToken,
		})
		if err != nil {
			return err
		}
		t = s.renewed(t, got)
		s.warn(s.Cache.PutToken(key, t))
		return nil
	})
	return t, err
}

// renewed is t with what a refresh gave. A service that does not rotate the
// refresh token leaves it out of its answer: then the old one stays good.
func (s *Session) renewed(t ssocache.Token, got awsapi.Token) ssocache.Token {
	t.StartURL, t.Region = s.SSO.StartURL, s.region()
	t.AccessToken = got.AccessToken
	t.ExpiresAt = s.Now().Add(got.ExpiresIn).Truncate(time.Second).UTC()
	if got.RefreshToken != "" {
		t.RefreshToken = got.RefreshToken
	}
	return t
}

// Credentials returns role credentials for the session's account and role: the
// cached ones while they live for at least Margin, else new ones.
func (s *Session) Credentials(ctx context.Context) (awscred.Credentials, error) {
	key := s.CredentialsKey()
	if c, err := s.Cache.Credentials(key); err == nil && s.fresh(c.Expiration) {
		return c, nil
	}
	var c awscred.Credentials
	err := s.locked(ctx, s.Cache.LockCredentials, key, func() (err error) {
		if c, err = s.Cache.Credentials(key); err == nil && s.fresh(c.Expiration) {
			return nil
		}
		if c, err = s.RoleCredentials(ctx, s.SSO.AccountID, s.SSO.RoleName); err != nil {
			return err
		}
		s.warn(s.Cache.PutCredentials(key, c))
		return nil
	})
	return c, err
}

// RoleCredentials asks the service for credentials of one role, past the cache.
func (s *Session) RoleCredentials(ctx context.Context, accountID, roleName string) (awscred.Credentials, error) {
	t, err := s.Token(ctx)
	if err != nil {
		return awscred.Credentials{}, err
	}
	c, err := s.API.GetRoleCredentials(ctx, t.AccessToken, accountID, roleName)
	if err != nil {
		return awscred.Credentials{}, s.noAccess(ctx, t.AccessToken, accountID, roleName, s.Explain(err))
	}
	c.AccountID = accountID
	return c, nil
}

// Explain turns the service's refusal of a token into a LoginRequiredError.
func (s *Session) Explain(err error) error {
	var refused *awsapi.Error
	if errors.As(err, &refused) && (refused.Code == "UnauthorizedException" || refused.Status == http.StatusUnauthorized) {
		return &LoginRequiredError{SSO: s.SSO, Err: err}
	}
	return err
}
