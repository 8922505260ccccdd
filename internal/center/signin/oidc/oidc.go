// Package oidc signs people in at an OpenID Connect provider: authorization
// code with PKCE, and an ID token that is checked in every way that the
// specifications name. It is the only package that speaks it. Who may come in,
// and the browser's way there and back, are for package signin.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
)

// Method signs people in at one provider. It is a signin.RedirectMethod.
type Method struct {
	config Config
	secret string
	http   *http.Client
	known  discovery
}

// New reads the files that c names and asks nobody: a provider that is away
// must not keep the center from starting.
func New(c Config) (*Method, error) {
	m, err := build(c)
	if err != nil {
		return nil, fmt.Errorf("oidc %q: %w", c.Name, err)
	}
	return m, nil
}

func build(c Config) (*Method, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	m := &Method{config: c, known: newDiscovery()}
	if m.secret, err = c.clientSecret(); err != nil {
		return nil, err
	}
	m.http, err = c.client()
	return m, err
}

// Name is the method's in the configuration.
func (m *Method) Name() string { return m.config.Name }

// Label is what people call the provider.
func (m *Method) Label() string { return m.config.Label }

// anyAge is a max_age that asks nobody to sign in again: a year, in seconds. It is
// for what else the parameter does: "When max_age is used, the ID Token returned
// MUST include an auth_time Claim Value" (Core 1.0, section 3.1.2.1).
const anyAge = "31536000"

// Start returns the provider's page to send the browser to.
func (m *Method) Start(ctx context.Context, callback string, fresh bool) (string, signin.Flow, error) {
	p, err := m.provider(ctx)
	if err != nil {
		return "", signin.Flow{}, m.fault(err)
	}
	flow := signin.Flow{State: secret.Token(), Nonce: secret.Token(), Verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(flow.Nonce), oauth2.S256ChallengeOption(flow.Verifier)}
	ask := func(name, value string) { options = append(options, oauth2.SetAuthURLParam(name, value)) }
	if fresh {
		ask("prompt", "login")
		ask("max_age", "0")
	} else {
		ask("max_age", anyAge)
	}
	if p.takesClaims {
		ask("claims", `{"id_token":{"auth_time":{"essential":true}}}`)
	}
	return m.oauth(p, callback).AuthCodeURL(flow.State, options...), flow, nil
}

func (m *Method) oauth(p *provider, callback string) *oauth2.Config {
	endpoint := p.Endpoint()
	endpoint.AuthStyle = p.authStyle(m.secret)
	return &oauth2.Config{
		ClientID: m.config.ClientID, ClientSecret: m.secret, Endpoint: endpoint, RedirectURL: callback, Scopes: m.config.Scopes,
	}
}

// Finish trades the code of answer for an ID token and returns who that is
// about. A *signin.RefusedError is for the person; other errors are the
// provider's, or of somebody who plays it.
func (m *Method) Finish(ctx context.Context, callback string, flow signin.Flow, answer url.Values) (signin.Identity, error) {
	p, err := m.provider(ctx)
	if err != nil {
		return signin.Identity{}, m.fault(err)
	}
	code, err := m.code(p, flow, answer)
	if err != nil {
		return signin.Identity{}, m.fault(err)
	}
	token, err := m.redeem(ctx, p, callback, flow, code)
	if err != nil {
		return signin.Identity{}, m.fault(err)
	}
	claims, proved, err := m.verify(ctx, p, flow, token)
	if err != nil {
		return signin.Identity{}, m.fault(err)
	}
	who, err := m.identity(claims)
	if err != nil {
		return signin.Identity{}, m.fault(err)
	}
	who.Proved = proved
	return who, nil
}

// fault names the method, but leaves what is for the person as it is.
func (m *Method) fault(err error) error {
	if _, refused := errors.AsType[*signin.RefusedError](err); refused {
		return err
	}
	return fmt.Errorf("oidc %q: %s", m.config.Name, signin.Printable(err.Error()))
}

func refused(format string, args ...any) error {
	return &signin.RefusedError{Message: fmt.Sprintf(format, args...)}
}
