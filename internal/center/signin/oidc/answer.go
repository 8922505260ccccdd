package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"latchkey/internal/center/signin"
)

const maxCode = 4096

// code returns the authorization code of an answer that belongs to flow and
// comes from p.
func (m *Method) code(p *provider, flow signin.Flow, answer url.Values) (string, error) {
	// "Request and response parameters MUST NOT be included more than once"
	// (RFC 6749, section 3.1).
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(answer[name]) > 1 {
			return "", fmt.Errorf("the answer has more than one %s", name)
		}
	}
	if flow.State == "" || flow.Nonce == "" || flow.Verifier == "" || !same(answer.Get("state"), flow.State) {
		return "", refused("That answer belongs to another sign-in. Start again.")
	}
	if err := p.checkSender(m.config.Issuer, answer); err != nil {
		return "", err
	}
	if answer.Has("error") {
		return "", m.denied(answer.Get("error"))
	}
	code := answer.Get("code")
	if code == "" || len(code) > maxCode {
		return "", errors.New("the answer has no authorization code")
	}
	return code, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// checkSender: clients "MUST extract the value of the iss parameter from
// authorization responses they receive if the parameter is present" and "MUST
// reject" those without it from a server that says it sends one (RFC 9207,
// section 2.4). It keeps a second provider's code from being taken to this one.
func (p *provider) checkSender(issuer string, answer url.Values) error {
	if !answer.Has("iss") && !p.sendsIssuer {
		return nil
	}
	if answer.Get("iss") != issuer {
		return errors.New("the answer is not from this provider: its parameter iss is another or is missing")
	}
	return nil
}

// denied says what the provider's code means. Its own description is for
// developers, and could be anybody's: the address was the browser's.
func (m *Method) denied(code string) error {
	switch code {
	case "access_denied":
		return refused("%s did not let you in, or you went back. Try again, or ask those who keep your account there.", m.config.Label)
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return refused("%s needs you to sign in there first. Try again.", m.config.Label)
	}
	return fmt.Errorf("the provider answered with error %q", signin.Printable(code))
}

// redeem trades code for tokens.
func (m *Method) redeem(ctx context.Context, p *provider, callback string, flow signin.Flow, code string) (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, m.http)
	token, err := m.oauth(p, callback).Exchange(ctx, code, oauth2.VerifierOption(flow.Verifier))
	failed, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case ok && failed.ErrorCode == "invalid_grant":
		return nil, refused("That sign-in at %s took too long or was used already. Start again.", m.config.Label)
	case ok && (failed.ErrorCode == "invalid_client" || failed.Response.StatusCode == http.StatusUnauthorized):
		return nil, errors.New("the provider does not accept client_id with client_secret_file")
	case ok:
		return nil, fmt.Errorf("token endpoint: status %d, error %q", failed.Response.StatusCode, signin.Printable(failed.ErrorCode))
	case err != nil:
		return nil, fmt.Errorf("token endpoint: %w", err)
	}
	return token, nil
}
