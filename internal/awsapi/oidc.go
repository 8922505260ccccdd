package awsapi

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"latchkey/internal/awscred"
)

// Grant types of CreateToken.
const (
	DeviceCodeGrant        = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628, section 3.4
	AuthorizationCodeGrant = "authorization_code"                           // RFC 6749, section 4.1.3
	RefreshTokenGrant      = "refresh_token"                                // RFC 6749, section 6
)

// RegisterClientInput describes the client to register, which is always
// public. Fields left empty are not sent.
type RegisterClientInput struct {
	Name         string
	Scopes       []string
	GrantTypes   []string
	RedirectURIs []string
	IssuerURL    string // the start URL, for the authorization code grant
}

// A Registration is a client that SSO OIDC knows.
type Registration struct {
	ClientID     string
	ClientSecret awscred.Secret
	ExpiresAt    time.Time
}

// RegisterClient registers a client; AWS keeps it for 90 days.
func (c *Client) RegisterClient(ctx context.Context, in RegisterClientInput) (Registration, error) {
	const operation = "RegisterClient"
	var out *ssooidc.RegisterClientOutput
	err := c.do(ctx, SSOOIDC, operation, func(ctx context.Context) (err error) {
		out, err = c.oidc.RegisterClient(ctx, &ssooidc.RegisterClientInput{
			ClientName: &in.Name, ClientType: aws.String("public"), Scopes: in.Scopes,
			GrantTypes: in.GrantTypes, RedirectUris: in.RedirectURIs, IssuerUrl: optional(in.IssuerURL),
		})
		return err
	})
	if err != nil {
		return Registration{}, err
	}
	r := Registration{
		ClientID: str(out.ClientId), ClientSecret: secret(out.ClientSecret),
		ExpiresAt: time.Unix(out.ClientSecretExpiresAt, 0).UTC(),
	}
	return r, c.lacks(SSOOIDC, operation, []field{
		{"clientId", r.ClientID != ""},
		{"clientSecret", r.ClientSecret != ""},
		{"clientSecretExpiresAt", out.ClientSecretExpiresAt >= 0 && r.ExpiresAt.Before(endOfTime())},
	})
}

// A DeviceAuthorization is a sign-in that waits for a person.
type DeviceAuthorization struct {
	DeviceCode              awscred.Secret
	UserCode                string        // to compare or to type; raw
	VerificationURI         string        // raw: whoever opens it checks it
	VerificationURIComplete string        // the same with the code in it; raw, may be ""
	ExpiresIn               time.Duration // more than zero
	Interval                time.Duration // between two polls; 5 s when the service gives none that makes sense
}

// StartDeviceAuthorization asks for a device code.
func (c *Client) StartDeviceAuthorization(ctx context.Context, clientID string, clientSecret awscred.Secret, startURL string) (DeviceAuthorization, error) {
	const operation = "StartDeviceAuthorization"
	var out *ssooidc.StartDeviceAuthorizationOutput
	err := c.do(ctx, SSOOIDC, operation, func(ctx context.Context) (err error) {
		out, err = c.oidc.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
			ClientId: &clientID, ClientSecret: aws.String(clientSecret.Reveal()), StartUrl: &startURL,
		})
		return err
	})
	if err != nil {
		return DeviceAuthorization{}, err
	}
	d := DeviceAuthorization{
		DeviceCode: secret(out.DeviceCode), UserCode: str(out.UserCode),
		VerificationURI: str(out.VerificationUri), VerificationURIComplete: str(out.VerificationUriComplete),
		ExpiresIn: seconds(out.ExpiresIn), Interval: pollInterval(out.Interval),
	}
	return d, c.lacks(SSOOIDC, operation, []field{
		{"deviceCode", d.DeviceCode != ""},
		{"userCode", d.UserCode != ""},
		{"verificationUri", d.VerificationURI != ""},
		{"expiresIn", d.ExpiresIn > 0},
	})
}

// pollInterval holds the service's interval to sense.
//
// "If no value is provided, clients MUST use 5 as the default."
// https://datatracker.ietf.org/doc/html/rfc8628#section-3.2
func pollInterval(s int32) time.Duration {
	if s <= 0 || s > 60 {
		return 5 * time.Second
	}
	return seconds(s)
}

// CreateTokenInput is what a token is asked for with. Fields left empty are not
// sent.
type CreateTokenInput struct {
	ClientID     string
	ClientSecret awscred.Secret
	GrantType    string         // DeviceCodeGrant, AuthorizationCodeGrant or RefreshTokenGrant
	DeviceCode   awscred.Secret // DeviceCodeGrant
	Code         awscred.Secret // AuthorizationCodeGrant, and the next two
	CodeVerifier awscred.Secret
	RedirectURI  string
	RefreshToken awscred.Secret // RefreshTokenGrant
}

// A Token is what signing in gives.
type Token struct {
	AccessToken  awscred.Secret
	RefreshToken awscred.Secret // "" for legacy sign-ins
	ExpiresIn    time.Duration  // more than zero
}

// CreateToken trades a device code, an authorization code or a refresh token
// for a token. A device code is tried once a call, as the caller polls; the
// other two as often as any call, which is the SDK's practice: when the answer
// to the first attempt was lost, the token is lost with or without a second.
func (c *Client) CreateToken(ctx context.Context, in CreateTokenInput) (Token, error) {
	const operation = "CreateToken"
	var out *ssooidc.CreateTokenOutput
	err := c.do(ctx, SSOOIDC, operation, func(ctx context.Context) (err error) {
		out, err = c.oidc.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: &in.ClientID, ClientSecret: aws.String(in.ClientSecret.Reveal()), GrantType: &in.GrantType,
			DeviceCode: optional(in.DeviceCode.Reveal()), Code: optional(in.Code.Reveal()),
			CodeVerifier: optional(in.CodeVerifier.Reveal()), RedirectUri: optional(in.RedirectURI),
			RefreshToken: optional(in.RefreshToken.Reveal()),
		}, attemptsFor(in.GrantType))
		return err
	})
	if err != nil {
		return Token{}, err
	}
	t := Token{AccessToken: secret(out.AccessToken), RefreshToken: secret(out.RefreshToken), ExpiresIn: seconds(out.ExpiresIn)}
	return t, c.lacks(SSOOIDC, operation, []field{
		{"accessToken", t.AccessToken != ""},
		{"expiresIn", t.ExpiresIn > 0},
	})
}

func attemptsFor(grantType string) func(*ssooidc.Options) {
	return func(o *ssooidc.Options) {
		if grantType == DeviceCodeGrant {
			o.Retryer = aws.NopRetryer{}
		}
	}
}
