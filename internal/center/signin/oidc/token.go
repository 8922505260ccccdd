package oidc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"latchkey/internal/center/signin"
)

const (
	// leeway is how far the provider's clock may be from this one.
	leeway = time.Minute

	maxToken   = 64 << 10
	maxSubject = 255 // "It MUST NOT exceed 255 ASCII characters" (Core 1.0, section 2)
)

// claims are what the provider says of one person.
type claims map[string]any

// facts are the claims that have to do with the token itself.
type facts struct {
	AuthorizedParty *string `json:"azp"`
}

// verify returns the claims of token's ID token, what the userinfo endpoint adds
// where they do not do, and when the ID token says that the person signed in.
func (m *Method) verify(ctx context.Context, p *provider, flow signin.Flow, token *oauth2.Token) (claims, time.Time, error) {
	said, err := m.signed(ctx, p, flow, token)
	if err != nil {
		return nil, time.Time{}, err
	}
	proved := said.authTime(time.Now())
	if !m.complete(said) && p.UserInfoEndpoint() != "" {
		said, err = m.more(ctx, p, said, token)
	}
	return said, proved, err
}

// signed returns the claims of token's ID token (OpenID Connect Core 1.0, section
// 3.1.3.7).
func (m *Method) signed(ctx context.Context, p *provider, flow signin.Flow, token *oauth2.Token) (claims, error) {
	if !strings.EqualFold(token.TokenType, "Bearer") {
		return nil, errors.New("token endpoint: token_type is not Bearer")
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" || len(raw) > maxToken {
		return nil, errors.New("token endpoint: no ID token in the answer")
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("ID token: %w", err)
	}
	if err := m.check(id, flow); err != nil {
		return nil, fmt.Errorf("ID token: %w", err)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, fmt.Errorf("ID token: %w", err)
		}
	}
	said := claims{}
	return said, id.Claims(&said)
}

// authTime is when the person last signed in to the provider, the zero time if it
// does not say so or says what cannot be.
func (c claims) authTime(now time.Time) time.Time {
	seconds, ok := c["auth_time"].(float64)
	switch {
	case !ok || seconds <= 0 || seconds > float64(now.Add(leeway).Unix()):
		return time.Time{}
	case seconds > float64(now.Unix()):
		return now
	}
	return time.Unix(int64(seconds), 0)
}

// check is what the library leaves to its caller.
func (m *Method) check(id *oidc.IDToken, flow signin.Flow) error {
	var f facts
	if err := id.Claims(&f); err != nil {
		return err
	}
	now := time.Now()
	switch {
	case !same(id.Nonce, flow.Nonce):
		return errors.New("its nonce is of another sign-in")
	case !isSubject(id.Subject):
		return errors.New("its subject is empty, too long or not ASCII")
	case id.IssuedAt.Unix() <= 0 || id.IssuedAt.After(now.Add(leeway)):
		return errors.New("its time of issue is missing or in the future")
	// "If a Client receives an ID Token with multiple audiences where one or more
	// is an audience that it does not trust, it MUST be rejected."
	case len(id.Audience) > 1 && f.AuthorizedParty == nil:
		return errors.New("it is for several audiences, and none is named as its party")
	case f.AuthorizedParty != nil && *f.AuthorizedParty != m.config.ClientID:
		return errors.New("its authorized party is another client")
	}
	return nil
}

func isSubject(s string) bool {
	return s != "" && len(s) <= maxSubject && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// complete reports whether said has all that identity needs.
func (m *Method) complete(said claims) bool {
	wants := []string{m.config.Claims.Name}
	if m.config.Claims.Groups != "" {
		wants = append(wants, m.config.Claims.Groups)
	}
	if len(m.config.AllowedDomains) > 0 {
		wants = append(wants, "email")
	}
	return !slices.ContainsFunc(wants, func(name string) bool { return said.at(name) == nil })
}

// more asks the userinfo endpoint. "The sub Claim in the UserInfo Response MUST
// be verified to exactly match the sub Claim in the ID Token; if they do not
// match, the UserInfo Response values MUST NOT be used" (Core 1.0, section
// 5.3.2).
func (m *Method) more(ctx context.Context, p *provider, said claims, token *oauth2.Token) (claims, error) {
	info, err := p.UserInfo(context.WithValue(ctx, oauth2.HTTPClient, m.http), oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("userinfo endpoint: %w", err)
	}
	if info.Subject == "" || info.Subject != said["sub"] {
		return nil, errors.New("userinfo endpoint: the answer is about somebody else")
	}
	added := claims{}
	if err := info.Claims(&added); err != nil {
		return nil, err
	}
	// An address and whether it is verified are of one answer.
	if _, ok := added["email"]; ok {
		delete(said, "email_verified")
	}
	maps.Copy(said, added)
	return said, nil
}
