package session

import (
	"context"
	"slices"
	"strconv"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/login"
	"latchkey/internal/ssocache"
)

// Login signs in with a device code, whatever token there is, and stores the
// new one. The client registration is reused.
func (s *Session) Login(ctx context.Context, ui login.UI) (ssocache.Token, error) {
	reg, err := s.registration(ctx)
	if err != nil {
		return ssocache.Token{}, err
	}
	got, err := login.Device(ctx, s.API, reg.ClientID, reg.ClientSecret, s.startURL(), ui)
	if err != nil {
		return ssocache.Token{}, err
	}
	token := s.token(got, reg)
	// A person has just signed in: nothing that others do to the file in the
	// meantime is worth keeping, and an interruption now must not lose it.
	err = s.locked(context.WithoutCancel(ctx), s.Cache.Lock, s.TokenKey(), func() error {
		return s.Cache.PutToken(s.TokenKey(), token)
	})
	return token, err
}

func (s *Session) token(got awsapi.Token, reg ssocache.Registration) ssocache.Token {
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

// registration returns the stored client registration or makes one.
func (s *Session) registration(ctx context.Context) (reg ssocache.Registration, err error) {
	key := ssocache.RegistrationKey(s.region(), s.SSO.Scopes, s.SSO.SessionName, s.SSO.StartURL)
	err = s.locked(ctx, s.Cache.Lock, key, func() error {
		if reg, err = s.Cache.Registration(key); err == nil && s.usable(reg) {
			return nil
		}
		made, err := s.API.RegisterClient(ctx, awsapi.RegisterClientInput{Name: s.clientName(), Scopes: s.SSO.Scopes})
		if err != nil {
			return err
		}
		reg = ssocache.Registration{
			ClientID:     made.ClientID,
			ClientSecret: made.ClientSecret,
			ExpiresAt:    made.ExpiresAt.UTC(),
			Scopes:       s.SSO.Scopes,
		}
		return s.Cache.PutRegistration(key, reg)
	})
	return reg, err
}

// usable reports whether a registration serves the device flow. One that was
// made for the authorization-code flow has the same name and does not.
func (s *Session) usable(reg ssocache.Registration) bool {
	return s.fresh(reg.ExpiresAt) && !slices.Contains(reg.GrantTypes, "authorization_code")
}

// clientName is what the person is asked to allow.
func (s *Session) clientName() string {
	if s.Legacy() {
		return "latchkey-" + strconv.FormatInt(s.Now().Unix(), 10)
	}
	return "latchkey-" + s.SSO.SessionName
}
