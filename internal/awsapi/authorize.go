package awsapi

import (
	"net/url"
	"strings"
)

// AuthorizeInput is what the page of an authorization code is asked for with.
type AuthorizeInput struct {
	ClientID      string
	RedirectURI   string // with the port
	State         string
	Scopes        []string
	CodeChallenge string // of method S256
}

// AuthorizeURL returns the page where a person allows an authorization code.
// It is at the endpoint that the calls go to, overrides included.
func (c *Client) AuthorizeURL(in AuthorizeInput) (string, error) {
	base, err := c.config.route(SSOOIDC).resolve()
	if err != nil {
		return "", err
	}
	// The AWS CLI's parameters in its order; "scopes" is the service's own
	// name, OAuth's is "scope".
	query := ""
	for _, p := range [][2]string{
		{"response_type", "code"},
		{"client_id", in.ClientID},
		{"redirect_uri", in.RedirectURI},
		{"state", in.State},
		{"code_challenge_method", "S256"},
		{"scopes", strings.Join(in.Scopes, " ")},
		{"code_challenge", in.CodeChallenge},
	} {
		query += "&" + p[0] + "=" + strings.ReplaceAll(url.QueryEscape(p[1]), "+", "%20")
	}
	page := url.URL{
		Scheme: base.Scheme, Host: base.Host,
		Path: strings.TrimRight(base.Path, "/") + "/authorize", RawQuery: query[1:],
	}
	return page.String(), nil
}
