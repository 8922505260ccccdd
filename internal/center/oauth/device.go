package oauth

import (
	"net/http"
	"net/url"
	"time"

	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
)

const (
	grantLasts   = 600 * time.Second
	pollInterval = time.Second
)

type startDeviceInput struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	StartURL     string `json:"startUrl"`
}

type startDeviceOutput struct {
	DeviceCode              string `json:"deviceCode"`
	UserCode                string `json:"userCode"`
	VerificationURI         string `json:"verificationUri"`
	VerificationURIComplete string `json:"verificationUriComplete"`
	ExpiresIn               int    `json:"expiresIn"`
	Interval                int    `json:"interval"`
}

func (s *Service) startDevice(r *http.Request, in startDeviceInput) (any, error) {
	c, err := s.client(r, in.ClientID, in.ClientSecret)
	switch {
	case err != nil:
		return nil, err
	case s.DeviceFlow == DeviceFlowOff:
		return nil, unauthorizedClient("This center gives no device codes; sign in through the browser, by authorization code")
	case !c.may(grantDeviceCode):
		return nil, unauthorizedClient("The client is not registered for device codes")
	case in.StartURL == "":
		return nil, invalidRequest("startUrl is required")
	case !s.StartURLs.Has(in.StartURL):
		return nil, invalidRequest("The start URL is not one of this center")
	}
	now, deviceCode, userCode := s.Now(), secret.Token(), secret.UserCode()
	err = s.Store.PutDevice(r.Context(), DeviceGrant{
		DeviceHash: secret.Hash(deviceCode), UserCodeMAC: s.Key.MAC(userCode), ClientID: c.ID,
		StartURL: in.StartURL, Address: signin.Address(r), Status: Pending,
		Created: now, Expires: now.Add(grantLasts),
	})
	if err != nil {
		return nil, err
	}
	s.Logger.InfoContext(r.Context(), "device code asked for", "client", c.ID, "client_name", c.Name, "address", signin.Address(r))
	return startDeviceOutput{
		DeviceCode:              deviceCode,
		UserCode:                userCode,
		VerificationURI:         s.Origin + "/device",
		VerificationURIComplete: s.Origin + "/device?user_code=" + url.QueryEscape(userCode),
		ExpiresIn:               int(grantLasts.Seconds()),
		Interval:                int(pollInterval.Seconds()),
	}, nil
}
