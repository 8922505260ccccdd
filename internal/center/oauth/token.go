package oauth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"latchkey/internal/center/secret"
)

type tokenInput struct {
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
	GrantType    string   `json:"grantType"`
	DeviceCode   string   `json:"deviceCode"`
	Code         string   `json:"code"`
	RefreshToken string   `json:"refreshToken"`
	Scope        []string `json:"scope"` // has no effect, as at AWS
	RedirectURI  string   `json:"redirectUri"`
	CodeVerifier string   `json:"codeVerifier"`
}

type tokenOutput struct {
	AccessToken string `json:"accessToken"`
	TokenType   string `json:"tokenType"`
	ExpiresIn   int    `json:"expiresIn"`
}

func (s *Service) createToken(r *http.Request, in tokenInput) (any, error) {
	if in.GrantType == "" {
		return nil, invalidRequest("grantType is required")
	}
	c, err := s.client(r, in.ClientID, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	if in.GrantType != grantDeviceCode {
		return nil, unsupportedGrantType("This center gives tokens for device codes only")
	}
	if in.DeviceCode == "" {
		return nil, invalidRequest("deviceCode is required")
	}
	return s.pollDevice(r.Context(), c, secret.Hash(in.DeviceCode))
}

// pollDevice answers a client that asks whether its device code was approved.
func (s *Service) pollDevice(ctx context.Context, c Client, deviceHash []byte) (any, error) {
	g, err := s.Store.Device(ctx, deviceHash)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, invalidGrant("The device code is not known")
	case err != nil:
		return nil, err
	case g.ClientID != c.ID:
		return nil, s.stolen(ctx, c, g)
	case g.Status == Used:
		return nil, invalidGrant("The device code has been used")
	case g.Status == Denied:
		return nil, accessDenied()
	case !s.Now().Before(g.Expires):
		return nil, expiredToken()
	case g.Status == Approved:
		return s.redeem(ctx, c, g)
	case !s.pace.poll(string(deviceHash), s.Now(), g.Expires):
		return nil, slowDown("The client polls faster than the interval allows")
	default:
		return nil, authorizationPending()
	}
}

// stolen makes a device code useless that came from another client than it was
// given to.
func (s *Service) stolen(ctx context.Context, c Client, g DeviceGrant) error {
	if err := s.Store.BurnDevice(ctx, g.DeviceHash); err != nil {
		return err
	}
	s.Logger.WarnContext(ctx, "device code of another client", "client", c.ID, "owner", g.ClientID)
	return invalidGrant("The device code is not this client's")
}

func (s *Service) redeem(ctx context.Context, c Client, g DeviceGrant) (any, error) {
	lasts, err := s.Store.SignInSession(ctx)
	if err != nil {
		return nil, err
	}
	token, now := secret.Token(), s.Now()
	err = s.Store.RedeemDevice(ctx, g.DeviceHash, Token{
		Hash: secret.Hash(token), ClientID: c.ID, Expires: now.Add(lasts),
	}, now)
	if errors.Is(err, ErrNotFound) {
		return nil, invalidGrant("The device code has been used")
	}
	if err != nil {
		return nil, err
	}
	s.Logger.InfoContext(ctx, "token given", "client", c.ID, "client_name", c.Name)
	return tokenOutput{token, "Bearer", int(lasts / time.Second)}, nil
}
