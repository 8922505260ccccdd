package session

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"latchkey/internal/awsapi"
	"latchkey/internal/login"
	"latchkey/internal/ssocache"
)

// defaultScope is what the AWS CLI registers for the authorization code when
// the configuration names no scope.
const defaultScope = "sso:account:access"

// deviceClient is what the AWS CLI registers for device codes.
func (s *Session) deviceClient() awsapi.RegisterClientInput {
	in := awsapi.RegisterClientInput{Name: s.clientName()}
	if len(s.SSO.Scopes) > 0 {
		in.Scopes = s.SSO.Scopes
	}
	return in
}

// browserClient is what the AWS CLI registers for authorization codes.
func (s *Session) browserClient() awsapi.RegisterClientInput {
	in := s.deviceClient()
	if in.Scopes == nil {
		in.Scopes = []string{defaultScope}
	}
	in.GrantTypes = []string{awsapi.AuthorizationCodeGrant, awsapi.RefreshTokenGrant}
	in.RedirectURIs = []string{login.RegisteredRedirectURI}
	in.IssuerURL = s.startURL()
	return in
}

// registration returns the stored client if it is of in's kind, or registers
// one in its place: both kinds have the same file, as in the AWS CLI.
func (s *Session) registration(ctx context.Context, in awsapi.RegisterClientInput) (reg ssocache.Registration, err error) {
	key := s.registrationKey()
	err = s.locked(ctx, s.Cache.Lock, key, func() error {
		if reg, err = s.Cache.Registration(key); err == nil && s.fresh(reg.ExpiresAt) && sameKind(reg.GrantTypes, in.GrantTypes) {
			return nil
		}
		made, err := s.API.RegisterClient(ctx, in)
		if err != nil {
			return err
		}
		reg = ssocache.Registration{
			ClientID: made.ClientID, ClientSecret: made.ClientSecret, ExpiresAt: made.ExpiresAt.UTC(),
			Scopes: in.Scopes, GrantTypes: in.GrantTypes,
		}
		return s.Cache.PutRegistration(key, reg)
	})
	return reg, err
}

// unknownClient reports that the service does not know the client: it has
// forgotten the registration, or is another than the one that made it.
func unknownClient(err error) bool {
	refused, ok := errors.AsType[*awsapi.Error](err)
	return ok && refused.Code == "InvalidClientException"
}

func (s *Session) forgetRegistration() error {
	return s.Cache.RemoveRegistration(s.registrationKey())
}

func (s *Session) registrationKey() string {
	return ssocache.RegistrationKey(s.region(), s.SSO.Scopes, s.SSO.SessionName, s.SSO.StartURL)
}

func sameKind(a, b []string) bool {
	return slices.Contains(a, awsapi.AuthorizationCodeGrant) == slices.Contains(b, awsapi.AuthorizationCodeGrant)
}

// clientName is what the person is asked to allow.
func (s *Session) clientName() string {
	if s.Legacy() {
		return "latchkey-" + strconv.FormatInt(s.Now().Unix(), 10)
	}
	return "latchkey-" + s.SSO.SessionName
}
