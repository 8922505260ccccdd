package oauth

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
)

const (
	grantDeviceCode        = "urn:ietf:params:oauth:grant-type:device_code"
	grantAuthorizationCode = "authorization_code"
	grantRefreshToken      = "refresh_token"
)

// registrationLasts is what clients of AWS observe.
const registrationLasts = 90 * 24 * time.Hour

const (
	maxScopes     = 25 // AWS's quota of access scopes
	maxListed     = 10 // of the other lists
	maxNameLength = 256
)

// registrations are kept for 90 days, so they are not made without end.
var registrations = signin.Limit{Burst: 200, Every: 100 * time.Millisecond}

type registerInput struct {
	ClientName   string   `json:"clientName"`
	ClientType   string   `json:"clientType"`
	Scopes       []string `json:"scopes"`
	RedirectURIs []string `json:"redirectUris"`
	GrantTypes   []string `json:"grantTypes"`
	IssuerURL    string   `json:"issuerUrl"`
}

type registerOutput struct {
	ClientID              string `json:"clientId"`
	ClientSecret          string `json:"clientSecret"`
	ClientIDIssuedAt      int64  `json:"clientIdIssuedAt"`
	ClientSecretExpiresAt int64  `json:"clientSecretExpiresAt"`
	AuthorizationEndpoint string `json:"authorizationEndpoint"`
	TokenEndpoint         string `json:"tokenEndpoint"`
}

func (s *Service) register(r *http.Request, in registerInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	wait, err := s.Throttle.Take(r.Context(), signin.Try{
		Subject: "register " + signin.Network(signin.Address(r)), Limit: registrations})
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, slowDown("Too many registrations")
	}
	now, clientSecret := s.Now(), secret.Token()
	c := Client{
		ID: secret.ID(), SecretHash: secret.Hash(clientSecret), Name: in.ClientName, Scopes: in.Scopes,
		GrantTypes: in.GrantTypes, RedirectURIs: in.RedirectURIs, IssuerURL: in.IssuerURL,
		Created: now, Expires: now.Add(registrationLasts),
	}
	if err := s.Store.PutClient(r.Context(), c); err != nil {
		return nil, err
	}
	return registerOutput{
		c.ID, clientSecret, c.Created.Unix(), c.Expires.Unix(), s.Origin + "/authorize", s.Origin + "/token",
	}, nil
}

func (in registerInput) check() error {
	switch {
	case in.ClientName == "" || in.ClientType == "":
		return invalidRequest("clientName and clientType are required")
	case in.ClientType != "public":
		return invalidMetadata("clientType must be public")
	case directory.ValidLabel(in.ClientName, maxNameLength) != nil:
		return invalidMetadata("clientName must be at most 256 printable characters")
	case len(in.IssuerURL) > maxURILength:
		return invalidRequest("issuerUrl is too long")
	case len(in.Scopes) > maxScopes || slices.ContainsFunc(in.Scopes, notScope):
		return invalidScope("scopes must be at most 25 scope names")
	case len(in.GrantTypes) > maxListed || slices.ContainsFunc(in.GrantTypes, notGrantType):
		return unsupportedGrantType("grantTypes may be authorization_code, refresh_token and " + grantDeviceCode)
	case len(in.RedirectURIs) > maxListed || slices.ContainsFunc(in.RedirectURIs, notLoopback):
		return invalidRedirect("redirectUris must be http://127.0.0.1 or http://[::1] with a plain path, such as /oauth/callback")
	}
	return nil
}

func notGrantType(s string) bool {
	return s != grantAuthorizationCode && s != grantRefreshToken && s != grantDeviceCode
}

// notScope applies "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )" (RFC 6749,
// section 3.3).
func notScope(s string) bool {
	outside := func(c rune) bool { return c < 0x21 || c > 0x7e || c == '"' || c == '\\' }
	return s == "" || len(s) > 128 || strings.ContainsFunc(s, outside)
}
