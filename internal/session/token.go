package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/ssocache"
)

// Token returns an access token that is valid now, refreshed where that is
// possible, or a *LoginRequiredError.
func (s *Session) Token(ctx context.Context) (ssocache.Token, error) {
	t, err := s.token(ctx)
	if need, ok := errors.AsType[*LoginRequiredError](err); ok && s.AutoLogin != nil {
		return s.autoLogin(ctx, need)
	}
	return t, err
}

// token is Token without a person.
func (s *Session) token(ctx context.Context) (ssocache.Token, error) {
	if path, readable := s.Cache.TokenReadableByOthers(s.TokenKey()); readable {
		s.warn(fmt.Errorf("other users can read %s, which holds a token: run chmod 600 on it", path))
	}
	t, err := s.stored()
	if errors.Is(err, ErrNoToken) {
		t, ok, elsewhere := s.anotherSpelling()
		if !ok {
			return t, &LoginRequiredError{SSO: s.SSO, Err: ErrNoToken, Elsewhere: elsewhere}
		}
		return t, nil
	}
	if err != nil || s.fresh(t.ExpiresAt) {
		return t, err
	}
	why := s.refreshable(t)
	if why == nil {
		alive := t.ExpiresAt.After(s.Now())
		if alive {
			t, why = s.refreshAhead(ctx, t)
		} else {
			t, why = s.refresh(ctx)
		}
		if ctx.Err() != nil {
			return ssocache.Token{}, ctx.Err()
		}
		if errors.Is(why, ErrNoToken) {
			return ssocache.Token{}, why
		}
		if alive {
			s.warn(why)
		}
	}
	if !t.ExpiresAt.After(s.Now()) {
		return ssocache.Token{}, &LoginRequiredError{SSO: s.SSO, Expired: t.ExpiresAt, Err: why}
	}
	return t, nil
}

func (s *Session) stored() (ssocache.Token, error) {
	t, err := s.Cache.Token(s.TokenKey())
	if errors.Is(err, ssocache.ErrNotFound) {
		return t, &LoginRequiredError{SSO: s.SSO, Err: ErrNoToken}
	}
	return t, err
}

// refreshable returns why t cannot be renewed without a person, nil if it can.
// AWS's legacy configuration never is, though its file may hold a refresh token.
func (s *Session) refreshable(t ssocache.Token) error {
	switch {
	case s.Legacy():
		return errors.New("without an sso-session it cannot be renewed by itself")
	case t.RefreshToken == "":
		return errors.New("the service gave no refresh token")
	case t.ClientID == "" || t.ClientSecret == "" || t.RegistrationExpiresAt.IsZero():
		return errors.New("the token's file does not say which client it was given to")
	case !t.RegistrationExpiresAt.After(s.Now()):
		return fmt.Errorf("the registration of this client ended at %s", clock(t.RegistrationExpiresAt))
	}
	return nil
}

// refresh renews the stored token under its lock, unless another process has
// done so in the meantime. When it fails it returns the token that is stored,
// with the error.
func (s *Session) refresh(ctx context.Context) (t ssocache.Token, err error) {
	err = s.locked(ctx, s.Cache.Lock, s.TokenKey(), func() error {
		t, err = s.refreshLocked(ctx)
		return err
	})
	return t, err
}

// refreshAhead is refresh while t, which is stored, still lives: then nobody
// waits long for another's try, for a service that is down, or at all where
// the new token could not be stored.
func (s *Session) refreshAhead(ctx context.Context, t ssocache.Token) (ssocache.Token, error) {
	const othersTry, ownTry = 2 * time.Second, 15 * time.Second
	turn, cancel := context.WithTimeout(ctx, othersTry)
	defer cancel()
	unlock, err := s.Cache.Lock(turn, s.TokenKey())
	if err != nil {
		return t, nil
	}
	defer unlock()
	try, cancel := context.WithTimeout(ctx, ownTry)
	defer cancel()
	renewed, err := s.refreshLocked(try)
	if renewed.AccessToken == "" {
		renewed = t
	}
	return renewed, err
}

func (s *Session) refreshLocked(ctx context.Context) (ssocache.Token, error) {
	t, err := s.stored()
	if err != nil || s.fresh(t.ExpiresAt) {
		return t, err
	}
	err = s.renew(ctx, &t)
	if refused, ok := errors.AsType[*awsapi.Error](err); ok && refused.Code == "InvalidGrantException" && s.overtaken(ctx, &t) {
		err = s.renew(ctx, &t)
	}
	return t, err
}

// renew trades t's refresh token for a new token and stores it, unless t is
// fresh. A service that does not rotate the refresh token leaves it out of its
// answer: then the old one stays good.
func (s *Session) renew(ctx context.Context, t *ssocache.Token) error {
	if s.fresh(t.ExpiresAt) {
		return nil
	}
	if err := s.refreshable(*t); err != nil {
		return err
	}
	if err := s.Reach(ctx); err != nil {
		return err
	}
	got, err := s.API.CreateToken(ctx, awsapi.CreateTokenInput{
		ClientID: t.ClientID, ClientSecret: t.ClientSecret, GrantType: awsapi.RefreshTokenGrant, RefreshToken: t.RefreshToken,
	})
	if err != nil {
		return err
	}
	t.StartURL, t.Region = s.SSO.StartURL, s.region()
	t.AccessToken = got.AccessToken
	t.ExpiresAt = s.Now().Add(got.ExpiresIn).Truncate(time.Second).UTC()
	if got.RefreshToken != "" {
		t.RefreshToken = got.RefreshToken
	}
	s.warn(s.Cache.PutToken(s.TokenKey(), *t))
	return nil
}

// overtaken reports whether another program has renewed t, and replaces it.
// The AWS CLI takes no lock: it can have used the refresh token up a moment
// before it writes what it got for it.
func (s *Session) overtaken(ctx context.Context, t *ssocache.Token) bool {
	const looks, pause = 5, 100 * time.Millisecond
	for range looks {
		if newer, err := s.stored(); err == nil && newer.RefreshToken != t.RefreshToken {
			*t = newer
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
	return false
}
