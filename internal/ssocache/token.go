package ssocache

import (
	"time"

	"latchkey/internal/awscred"
)

// A Token is what a sign-in gave, with the client registration that it belongs
// to. The last four fields are what a refresh needs; AWS's legacy configuration
// stores them and never refreshes.
type Token struct {
	StartURL              string
	Region                string
	AccessToken           awscred.Secret
	ExpiresAt             time.Time
	ClientID              string
	ClientSecret          awscred.Secret
	RegistrationExpiresAt time.Time
	RefreshToken          awscred.Secret // "" when the service gave none
}

// Token reads the token of key. A file without an access token or an expiry is
// no token: ErrNotFound.
func (d Dir) Token(key string) (Token, error) {
	o, err := read(d.SSO, key)
	if err != nil {
		return Token{}, err
	}
	t, ok := tokenOf(o)
	if !ok {
		return Token{}, ErrNotFound
	}
	return t, nil
}

func tokenOf(o object) (Token, bool) {
	t := Token{
		StartURL:     o.str("startUrl"),
		Region:       o.str("region"),
		AccessToken:  awscred.Secret(o.str("accessToken")),
		ExpiresAt:    o.time("expiresAt"),
		ClientID:     o.str("clientId"),
		ClientSecret: awscred.Secret(o.str("clientSecret")),
		RefreshToken: awscred.Secret(o.str("refreshToken")),

		RegistrationExpiresAt: o.time("registrationExpiresAt"),
	}
	return t, t.AccessToken != "" && !t.ExpiresAt.IsZero()
}

// PutToken replaces the token of key.
func (d Dir) PutToken(key string, t Token) error {
	w := newObject()
	w.str("startUrl", t.StartURL)
	w.str("region", t.Region)
	w.str("accessToken", t.AccessToken.Reveal())
	w.time("expiresAt", t.ExpiresAt)
	if t.ClientID != "" {
		w.str("clientId", t.ClientID)
		w.str("clientSecret", t.ClientSecret.Reveal())
		w.time("registrationExpiresAt", t.RegistrationExpiresAt)
	}
	if t.RefreshToken != "" {
		w.str("refreshToken", t.RefreshToken.Reveal())
	}
	return write(d.SSO, key, w.bytes())
}

// A StoredToken is a token with the key of its file.
type StoredToken struct {
	Key string
	Token
}

// Tokens returns every token of the directory: whatever file there is a JSON
// object with an access token, other tools' included. Registrations and files
// that do not parse are no tokens.
func (d Dir) Tokens() ([]StoredToken, error) {
	found, err := keys(d.SSO)
	if err != nil {
		return nil, err
	}
	var tokens []StoredToken
	for _, key := range found {
		o, err := readListed(d.SSO, key)
		if err != nil || o.str("accessToken") == "" {
			continue
		}
		t, _ := tokenOf(o)
		tokens = append(tokens, StoredToken{key, t})
	}
	return tokens, nil
}

// RemoveToken deletes the token of key; a missing one is no error.
func (d Dir) RemoveToken(key string) error { return remove(d.SSO, key) }

// A Registration is an OAuth client that was made for this machine by
// RegisterClient. It serves sign-ins until it expires.
type Registration struct {
	ClientID     string
	ClientSecret awscred.Secret
	ExpiresAt    time.Time
	Scopes       []string // written only when the client was registered with some
	GrantTypes   []string // written only by the authorization-code flow
}

// Registration reads the registration of key.
func (d Dir) Registration(key string) (Registration, error) {
	o, err := read(d.SSO, key)
	if err != nil {
		return Registration{}, err
	}
	r := Registration{
		ClientID:     o.str("clientId"),
		ClientSecret: awscred.Secret(o.str("clientSecret")),
		ExpiresAt:    o.time("expiresAt"),
		Scopes:       o.strs("scopes"),
		GrantTypes:   o.strs("grantTypes"),
	}
	if r.ClientID == "" || r.ClientSecret == "" || r.ExpiresAt.IsZero() {
		return Registration{}, ErrNotFound
	}
	return r, nil
}

// PutRegistration replaces the registration of key.
func (d Dir) PutRegistration(key string, r Registration) error {
	w := newObject()
	w.str("clientId", r.ClientID)
	w.str("clientSecret", r.ClientSecret.Reveal())
	w.time("expiresAt", r.ExpiresAt)
	if r.Scopes != nil {
		w.strs("scopes", r.Scopes)
	}
	if r.GrantTypes != nil {
		w.strs("grantTypes", r.GrantTypes)
	}
	return write(d.SSO, key, w.bytes())
}

// RemoveRegistration deletes the registration of key; a missing one is no error.
func (d Dir) RemoveRegistration(key string) error { return remove(d.SSO, key) }
