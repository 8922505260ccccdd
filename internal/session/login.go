package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
	"latchkey/internal/login"
	"latchkey/internal/ssocache"
)

// LoginOptions are the wishes for one sign-in.
type LoginOptions struct {
	UI login.UI

	// Device asks for a code that can be entered on any machine. Without it, a
	// browser that can reach this one brings the answer; a legacy session has
	// no such way.
	Device       bool
	RedirectPort int // where the browser comes back to, 0 for any free port

	// IfNeeded leaves a token alone that is, or without a person can be made,
	// valid for Margin.
	IfNeeded bool

	// Wait is how long to wait for another process that is signing in to the
	// same session. Waiting, if set, is told of it once, with the process id or 0.
	Wait    time.Duration
	Waiting func(pid int)
}

// Login signs in, whatever token there is, and stores the new one. When another
// process was signing in to the same session, it waits for it and takes its
// token: the person is asked once. It returns an *UnderwayError when that took
// too long.
func (s *Session) Login(ctx context.Context, o LoginOptions) (ssocache.Token, error) {
	var old awscred.Secret
	if o.IfNeeded {
		if t, err := s.token(ctx); err == nil && s.fresh(t.ExpiresAt) || ctx.Err() != nil {
			return t, err
		}
	} else if t, err := s.Cache.Token(s.TokenKey()); err == nil {
		old = t.AccessToken
	}
	unlock, _, err := s.turn(ctx, o)
	if err != nil {
		return ssocache.Token{}, err
	}
	defer unlock()
	if t, ok := s.FreshToken(); ok && t.AccessToken != old {
		return t, nil
	}
	return s.ask(ctx, o)
}

// autoLogin signs in where a command met need, if the person asked for that
// beforehand. A sign-in of another process that ended without a token is an
// answer, too: the person is not asked again by each process that waited.
func (s *Session) autoLogin(ctx context.Context, need *LoginRequiredError) (ssocache.Token, error) {
	unlock, waited, err := s.turn(ctx, *s.AutoLogin)
	if err != nil {
		return ssocache.Token{}, err
	}
	defer unlock()
	if t, ok := s.FreshToken(); ok && t.AccessToken != need.refused {
		return t, nil
	}
	if waited {
		return ssocache.Token{}, need
	}
	return s.ask(ctx, *s.AutoLogin)
}

// ask has a person sign in and stores the token.
func (s *Session) ask(ctx context.Context, o LoginOptions) (ssocache.Token, error) {
	if err := s.Reach(ctx); err != nil {
		return ssocache.Token{}, err
	}
	way := s.byBrowser
	if o.Device || s.Legacy() {
		way = s.byDevice
	}
	got, reg, err := way(ctx, o)
	if unknownClient(err) && s.forgetRegistration() == nil {
		got, reg, err = way(ctx, o)
	}
	if err != nil {
		return ssocache.Token{}, err
	}
	token := s.newToken(got, reg)
	return token, s.keep(ctx, token)
}

// keepPatience is how long a new token waits for whoever holds the old one's
// lock.
const keepPatience = 5 * time.Second

// keep stores the token of a person who has just signed in: an interruption now
// must not lose it, and nothing that others do to the file in the meantime is
// worth waiting for.
func (s *Session) keep(ctx context.Context, token ssocache.Token) error {
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	unlock, err := s.Cache.Lock(patience, s.TokenKey())
	if err == nil {
		defer unlock()
	} else {
		s.warn(fmt.Errorf("cache lock: %w", err))
	}
	return s.Cache.PutToken(s.TokenKey(), token)
}

func (s *Session) byDevice(ctx context.Context, o LoginOptions) (got awsapi.Token, reg ssocache.Registration, err error) {
	if reg, err = s.registration(ctx, s.deviceClient()); err != nil {
		return got, reg, err
	}
	got, err = login.Device(ctx, s.API, reg.ClientID, reg.ClientSecret, s.startURL(), o.UI)
	return got, reg, err
}

// byBrowser takes the port first: nobody is to be asked for anything when the
// answer could not come back.
func (s *Session) byBrowser(ctx context.Context, o LoginOptions) (got awsapi.Token, reg ssocache.Registration, err error) {
	callback, err := login.Listen(o.RedirectPort)
	if err != nil {
		return got, reg, err
	}
	defer callback.Close()
	in := s.browserClient()
	if reg, err = s.registration(ctx, in); err != nil {
		return got, reg, err
	}
	client := login.Client{ID: reg.ClientID, Secret: reg.ClientSecret, Scopes: in.Scopes}
	got, err = login.PKCE(ctx, s.API, callback, client, o.UI)
	if errors.Is(err, login.ErrExpired) || ctx.Err() != nil {
		// A service that does not know the client tells the person alone, as it
		// must, and nobody comes back: the next try registers again.
		s.warn(s.forgetRegistration())
	}
	return got, reg, err
}

func (s *Session) newToken(got awsapi.Token, reg ssocache.Registration) ssocache.Token {
	return ssocache.Token{
		StartURL:     s.SSO.StartURL,
		Region:       s.region(),
		AccessToken:  got.AccessToken,
		ExpiresAt:    s.Now().Add(got.ExpiresIn).Truncate(time.Second).UTC(),
		ClientID:     reg.ClientID,
		ClientSecret: reg.ClientSecret,
		RefreshToken: got.RefreshToken,

		RegistrationExpiresAt: reg.ExpiresAt,
	}
}

// FreshToken returns the stored token if it lives for at least Margin.
func (s *Session) FreshToken() (ssocache.Token, bool) {
	t, err := s.Cache.Token(s.TokenKey())
	return t, err == nil && s.fresh(t.ExpiresAt)
}
