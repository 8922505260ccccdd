package compat_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"

	"latchkey/internal/webuser"
)

// sdk is the AWS SDK for Go v2 with a client of its own at the center.
type sdk struct {
	*ssooidc.Client
	center     center
	registered *ssooidc.RegisterClientOutput
}

func startSDK(t *testing.T) sdk {
	t.Helper()
	s := sdk{center: startCenter(t)}
	s.Client = s.center.oidc(t)
	s.register(t)
	return s
}

func (c center) oidc(t *testing.T) *ssooidc.Client {
	t.Helper()
	return ssooidc.New(ssooidc.Options{
		Region: region, BaseEndpoint: &c.origin, HTTPClient: localClient(t), Credentials: aws.AnonymousCredentials{}})
}

func (s *sdk) register(t *testing.T) {
	t.Helper()
	var err error
	s.registered, err = s.RegisterClient(t.Context(), &ssooidc.RegisterClientInput{
		ClientName: aws.String("compat"), ClientType: aws.String("public"), IssuerUrl: aws.String(s.center.startURL()),
		GrantTypes: []string{"authorization_code", "refresh_token", deviceGrant}, RedirectUris: []string{"http://127.0.0.1/oauth/callback"},
		Scopes: []string{"sso:account:access"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	verifier    = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	redirectURI = "http://127.0.0.1:38115/oauth/callback"       // where nobody need be
)

// code has a person allow the client, and returns the code with which the
// browser is sent away.
func (s sdk) code(t *testing.T, browser *http.Client) string {
	t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	page, err := webuser.New(browser).Open(*s.registered.AuthorizationEndpoint + "?" + url.Values{
		"response_type": {"code"}, "client_id": {*s.registered.ClientId}, "redirect_uri": {redirectURI}, "state": {"s"},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "scopes": {"sso:account:access"},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	page.Fill(map[string]string{"username": userName, "password": password})
	page = next(t, page.Submit)
	_, err = page.Press("cli_login_button")
	left, ok := errors.AsType[*url.Error](err) // webuser does not leave the center
	if !ok {
		t.Fatalf("the browser was not sent to the program: %v", err)
	}
	to, err := url.Parse(left.URL)
	if err != nil || !strings.HasPrefix(left.URL, redirectURI+"?") {
		t.Fatalf("the browser was sent to %s, %v", left.URL, err)
	}
	return to.Query().Get("code")
}

func (s sdk) token(t *testing.T, in ssooidc.CreateTokenInput) (*ssooidc.CreateTokenOutput, error) {
	t.Helper()
	in.ClientId, in.ClientSecret = s.registered.ClientId, s.registered.ClientSecret
	return s.CreateToken(t.Context(), &in)
}

// signIn has a person allow the client and returns the access token.
func (s sdk) signIn(t *testing.T, browser *http.Client) string {
	t.Helper()
	code := s.code(t, browser)
	got, err := s.token(t, ssooidc.CreateTokenInput{
		GrantType: aws.String("authorization_code"), Code: &code, RedirectUri: aws.String(redirectURI), CodeVerifier: aws.String(verifier)})
	if err != nil {
		t.Fatal(err)
	}
	return *got.AccessToken
}

// TestGoSDK: the AWS SDK for Go v2 gets tokens for a code, refreshes them, and
// knows the errors.
func TestGoSDK(t *testing.T) {
	t.Parallel()
	s := startSDK(t)
	code := s.code(t, localClient(t))
	byCode := ssooidc.CreateTokenInput{
		GrantType: aws.String("authorization_code"), Code: &code, RedirectUri: aws.String(redirectURI), CodeVerifier: aws.String(verifier)}
	first, err := s.token(t, byCode)
	if err != nil {
		t.Fatal(err)
	}
	byRefresh := ssooidc.CreateTokenInput{GrantType: aws.String("refresh_token"), RefreshToken: first.RefreshToken}
	second, err := s.token(t, byRefresh)
	if err != nil {
		t.Fatal(err)
	}
	if *second.AccessToken == *first.AccessToken || *second.RefreshToken == *first.RefreshToken || second.ExpiresIn != 3600 || *second.TokenType != "Bearer" {
		t.Errorf("not the next tokens, of an hour: expiresIn %d, %s", second.ExpiresIn, *second.TokenType)
	}
	again, err := s.token(t, byRefresh)
	if err != nil || *again.AccessToken != *second.AccessToken || *again.RefreshToken != *second.RefreshToken {
		t.Errorf("another answer for the same refresh token (%v)", err)
	}
	// The code comes again: everything that it gave has ended.
	_, err = s.token(t, byCode)
	if _, ok := errors.AsType[*types.InvalidGrantException](err); !ok {
		t.Errorf("the code again: %v", err)
	}
	_, err = s.token(t, ssooidc.CreateTokenInput{GrantType: aws.String("refresh_token"), RefreshToken: second.RefreshToken})
	if e, ok := errors.AsType[*types.InvalidGrantException](err); !ok || aws.ToString(e.Error_) != "invalid_grant" || !strings.Contains(aws.ToString(e.Error_description), "session") {
		t.Errorf("a token of an ended family: %v", err)
	}
}
