package session

import (
	"context"
	"errors"
	"net/http"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// Credentials returns role credentials for the session's account and role: the
// cached ones while they live for at least Margin, else new ones.
func (s *Session) Credentials(ctx context.Context) (awscred.Credentials, error) {
	key := s.CredentialsKey()
	if c, err := s.Cache.Credentials(key); err == nil && s.fresh(c.Expiration) {
		return c, nil
	}
	return s.signedIn(ctx, func() (c awscred.Credentials, err error) {
		err = s.locked(ctx, s.Cache.LockCredentials, key, func() error {
			if c, err = s.Cache.Credentials(key); err == nil && s.fresh(c.Expiration) {
				return nil
			}
			if c, err = s.roleCredentials(ctx, s.SSO.AccountID, s.SSO.RoleName); err != nil {
				return err
			}
			s.warn(s.Cache.PutCredentials(key, c))
			return nil
		})
		return c, err
	})
}

// RoleCredentials asks the service for credentials of one role, past the cache.
func (s *Session) RoleCredentials(ctx context.Context, accountID, roleName string) (awscred.Credentials, error) {
	return s.signedIn(ctx, func() (awscred.Credentials, error) { return s.roleCredentials(ctx, accountID, roleName) })
}

// signedIn returns what get gets, which is called once more when a person has
// signed in for it. The person signs in while get holds no lock.
func (s *Session) signedIn(ctx context.Context, get func() (awscred.Credentials, error)) (awscred.Credentials, error) {
	c, err := get()
	need, ok := errors.AsType[*LoginRequiredError](err)
	if !ok || s.AutoLogin == nil {
		return c, err
	}
	if _, err := s.autoLogin(ctx, need); err != nil {
		return awscred.Credentials{}, err
	}
	return get()
}

func (s *Session) roleCredentials(ctx context.Context, accountID, roleName string) (awscred.Credentials, error) {
	t, err := s.token(ctx)
	if err != nil {
		return awscred.Credentials{}, err
	}
	if err := s.Reach(ctx); err != nil {
		return awscred.Credentials{}, err
	}
	c, err := s.API.GetRoleCredentials(ctx, t.AccessToken, accountID, roleName)
	if err != nil {
		err = s.Explain(err)
		if need, ok := errors.AsType[*LoginRequiredError](err); ok {
			need.refused = t.AccessToken
		}
		return awscred.Credentials{}, s.noAccess(ctx, t.AccessToken, accountID, roleName, err)
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
