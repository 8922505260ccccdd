package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// discoverAgain is how long a provider's own description is believed;
	// keys are asked for whenever a token names one that is not known.
	discoverAgain = time.Hour
	// retryAfter keeps a crowd at a provider that is away from asking it all
	// the time.
	retryAfter = 3 * time.Second
)

// provider is what a provider says of itself.
type provider struct {
	*oidc.Provider
	verifier    *oidc.IDTokenVerifier
	sendsIssuer bool     // the parameter iss of RFC 9207
	takesClaims bool     // the parameter claims
	auth        []string // ways to prove the client at the token endpoint
}

// authStyle is never a guess: to try one way and then the other would send the
// code twice. Without a list, "the default is client_secret_basic" (Discovery
// 1.0, section 3).
func (p *provider) authStyle(secret string) oauth2.AuthStyle {
	basic := len(p.auth) == 0 || slices.Contains(p.auth, "client_secret_basic")
	if secret != "" && basic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// discovery remembers the provider. Whoever has the turn may ask for it.
type discovery struct {
	turn    chan struct{}
	known   *provider
	asked   time.Time // when it was last asked
	failure error     // of that time
}

func newDiscovery() discovery { return discovery{turn: make(chan struct{}, 1)} }

// provider returns the provider, as it was known before if it is away now.
func (m *Method) provider(ctx context.Context) (*provider, error) {
	d := &m.known
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	age := time.Since(d.asked)
	switch {
	case d.failure == nil && d.known != nil && age < discoverAgain:
		return d.known, nil
	case d.failure != nil && age < retryAfter:
		return d.known, d.unlessKnown()
	}
	// Not the browser's time: another one waits for the same answer.
	fresh, err := m.discover(context.WithoutCancel(ctx))
	d.asked, d.failure = time.Now(), err
	if err == nil {
		d.known = fresh
	}
	return d.known, d.unlessKnown()
}

func (d *discovery) unlessKnown() error {
	if d.known != nil {
		return nil
	}
	return d.failure
}

// metadata is what the library does not read.
type metadata struct {
	JWKS        string   `json:"jwks_uri"`
	Auth        []string `json:"token_endpoint_auth_methods_supported"`
	SendsIssuer bool     `json:"authorization_response_iss_parameter_supported"`
	TakesClaims bool     `json:"claims_parameter_supported"`
}

// google takes claims without saying so, and knows no max_age
// (https://developers.google.com/identity/siwg/security-bundle, November 2026).
const google = "https://accounts.google.com"

// discover asks for the provider's description, which must name the issuer that
// it was asked for, to the letter.
func (m *Method) discover(ctx context.Context) (*provider, error) {
	ctx = oidc.ClientContext(ctx, m.http)
	found, err := oidc.NewProvider(ctx, m.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery at %s: %w", m.config.Issuer, err)
	}
	var more metadata
	if err := found.Claims(&more); err != nil {
		return nil, fmt.Errorf("discovery at %s: %w", m.config.Issuer, err)
	}
	for what, address := range map[string]string{
		"authorization_endpoint": found.Endpoint().AuthURL, "token_endpoint": found.Endpoint().TokenURL, "jwks_uri": more.JWKS,
	} {
		if err := m.checkEndpoint(address); err != nil {
			return nil, fmt.Errorf("discovery at %s: %s %w", m.config.Issuer, what, err)
		}
	}
	if address := found.UserInfoEndpoint(); address != "" && m.checkEndpoint(address) != nil {
		return nil, fmt.Errorf("discovery at %s: userinfo_endpoint %w", m.config.Issuer, m.checkEndpoint(address))
	}
	return &provider{
		Provider: found, verifier: found.VerifierContext(ctx, m.verification()), auth: more.Auth,
		sendsIssuer: more.SendsIssuer, takesClaims: more.TakesClaims || m.config.Issuer == google,
	}, nil
}

// verification takes the algorithms that the provider names and the library
// knows, which are those with a public key; RS256 where it names none of them.
func (m *Method) verification() *oidc.Config {
	return &oidc.Config{ClientID: m.config.ClientID, Now: func() time.Time { return time.Now().Add(-leeway) }}
}

func (m *Method) checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || !isSafe(u, m.config.overLoopback()) {
		return errors.New("is not an https:// address")
	}
	return nil
}
