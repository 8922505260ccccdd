package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"latchkey/internal/center/secret"
)

// accessLasts is how long an access token lasts that can be refreshed, as AWS's
// do; one that cannot lasts as long as the session.
const accessLasts = time.Hour

// accessScope is the one that lets a token at accounts and roles.
const accessScope = "sso:account:access"

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
	AccessToken  string `json:"accessToken"`
	TokenType    string `json:"tokenType"`
	ExpiresIn    int    `json:"expiresIn"`
	RefreshToken string `json:"refreshToken,omitempty"`
}

// lasting returns the answer with the time that the access token has left.
func (out tokenOutput) lasting(d time.Duration) tokenOutput {
	out.ExpiresIn = int(d.Round(time.Second) / time.Second)
	return out
}

func (s *Service) createToken(r *http.Request, in tokenInput) (any, error) {
	if in.GrantType == "" {
		return nil, invalidRequest("grantType is required")
	}
	c, err := s.client(r, in.ClientID, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	switch in.GrantType {
	case grantDeviceCode:
		return s.pollDevice(r, c, in.DeviceCode)
	case grantAuthorizationCode:
		return s.redeemCode(r, c, in)
	case grantRefreshToken:
		return s.refresh(r, c, in.RefreshToken)
	}
	return nil, unsupportedGrantType("grantType may be authorization_code, refresh_token and " + grantDeviceCode)
}

// pollDevice answers a client that asks whether its device code was approved.
func (s *Service) pollDevice(r *http.Request, c Client, deviceCode string) (any, error) {
	if deviceCode == "" {
		return nil, invalidRequest("deviceCode is required")
	}
	deviceHash := secret.Hash(deviceCode)
	g, err := s.Store.Device(r.Context(), deviceHash)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, invalidGrant("The device code is not known")
	case err != nil:
		return nil, err
	case g.ClientID != c.ID:
		return nil, s.stolen(r, c, g)
	case g.Status == Used:
		return nil, invalidGrant("The device code has been used")
	case g.Status == Denied:
		return nil, accessDenied()
	case !s.Now().Before(g.Expires):
		return nil, expiredToken()
	case g.Status == Approved:
		return s.redeemDevice(r, c, g)
	case !s.pace.poll(string(deviceHash), s.Now(), g.Expires):
		return nil, slowDown("The client polls faster than the interval allows")
	default:
		return nil, authorizationPending()
	}
}

// stolen makes a device code useless that came from another client than it was
// given to. One that is useless already is nothing to record again.
func (s *Service) stolen(r *http.Request, c Client, g DeviceGrant) error {
	const why = "The device code is not this client's"
	if g.Status == Denied || g.Status == Used {
		return invalidGrant(why)
	}
	if err := s.Store.BurnDevice(r.Context(), g.DeviceHash); err != nil {
		return err
	}
	s.Logger.WarnContext(r.Context(), "device code of another client", "client", c.ID, "owner", g.ClientID)
	if err := s.recordWrong(r, c, "token", why, ""); err != nil {
		return err
	}
	return invalidGrant(why)
}

func (s *Service) redeemDevice(r *http.Request, c Client, g DeviceGrant) (any, error) {
	out, err := s.begin(r, c, Family{ID: g.DeviceHash, Scopes: c.Scopes}, s.Store.RedeemDevice)
	if errors.Is(err, ErrNotFound) {
		return nil, invalidGrant("The device code has been used")
	}
	if err == nil {
		err = s.recordToken(r, c, "token", g.UserID, g.UserName)
	}
	return out, err
}

// begin has redeem write the first tokens of f, whose session begins now.
// Without scopes, AWS gives one token for the whole session; with scopes a short
// one, and the means to refresh it.
func (s *Service) begin(r *http.Request, c Client, f Family,
	redeem func(context.Context, Family, Tokens, time.Time) error) (any, error) {
	lasts, err := s.Store.SignInSession(r.Context())
	if err != nil {
		return nil, err
	}
	now, out := s.Now(), tokenOutput{AccessToken: secret.Token(), TokenType: "Bearer"}
	f.ClientID, f.Expires = c.ID, now.Add(lasts)
	t := Tokens{AccessHash: secret.Hash(out.AccessToken), Expires: f.Expires}
	if len(f.Scopes) > 0 {
		t.Expires = earlier(now.Add(accessLasts), f.Expires)
	}
	if len(f.Scopes) > 0 && c.may(grantRefreshToken) {
		out.RefreshToken = secret.Token()
		t.RefreshHash = secret.Hash(out.RefreshToken)
	} else {
		f.Expires = t.Expires
	}
	if err := redeem(r.Context(), f, t, now); err != nil {
		return nil, err
	}
	return out.lasting(t.Expires.Sub(now)), nil
}

// reachesRoles reports whether a token of these scopes may see accounts and use
// roles. Clients from before there were scopes have none, and may.
func reachesRoles(scopes []string) bool {
	return len(scopes) == 0 || slices.Contains(scopes, accessScope)
}

// ReachesRoles reports whether the token may see accounts and use roles.
func (t Token) ReachesRoles() bool {
	return reachesRoles(t.Scopes)
}
