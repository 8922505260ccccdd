package sts

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"latchkey/internal/center/secret"
	"latchkey/internal/center/vendor"
)

// Session is whom credentials act for, as what and until when. All of it but the
// access key id, which the session token is bound to, is in the session token.
type Session struct {
	AccessKeyID string `json:"-"`
	ARN         string `json:"arn"`  // arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME
	RoleID      string `json:"role"` // AROA…
	// The person in the directory, and what the credentials began with: the
	// permission set and the account in which the person has it.
	UserID          string    `json:"uid"`
	User            string    `json:"user"`
	PermissionSetID string    `json:"set"`
	Home            string    `json:"home"`
	Source          Source    `json:"src"`
	SourceIdentity  string    `json:"sid,omitempty"`
	Issued          time.Time `json:"iat"` // these two: whole seconds
	Expires         time.Time `json:"exp"`
}

// Source is what credentials were given for.
type Source string

// A sign-in at the center, or other credentials of it.
const (
	FromSignIn     Source = "sso"
	FromAssumeRole Source = "assume-role"
)

// Account is that of the role.
func (s Session) Account() string { return strings.SplitN(s.ARN, ":", 6)[4] }

// RoleName and Name are the last two parts of the ARN.
func (s Session) RoleName() string { return strings.Split(s.ARN, "/")[1] }
func (s Session) Name() string     { return strings.Split(s.ARN, "/")[2] }

// callerID is AWS's UserId of an assumed role.
func (s Session) callerID() string { return s.RoleID + ":" + s.Name() }

// ErrInvalid and ErrExpired are what Session says of credentials that are not
// this center's, and of those that were.
var (
	ErrInvalid = errors.New("credentials are not of this center")
	ErrExpired = errors.New("credentials have expired")
)

// Session verifies credentials that are shown whole, and not by a signature.
func (s *Service) Session(c vendor.Credentials) (Session, error) {
	session, err := s.open(c.AccessKeyID, c.SessionToken)
	want := s.secret(c.AccessKeyID, c.SessionToken)
	switch {
	case err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(c.SecretAccessKey)) != 1:
		return Session{}, ErrInvalid
	case !s.Now().Before(session.Expires):
		return Session{}, ErrExpired
	}
	return session, nil
}

// credentials are those of a new session, whose access key id is of its account.
func (s *Service) credentials(session Session) (vendor.Credentials, error) {
	if len(s.Key) < minKeyBytes {
		return vendor.Credentials{}, fmt.Errorf("the key of the token service has %d bytes, fewer than %d", len(s.Key), minKeyBytes)
	}
	var err error
	if session.AccessKeyID, err = s.newAccessKeyID(session.Account()); err != nil {
		return vendor.Credentials{}, err
	}
	token, err := s.seal(session)
	if err != nil {
		return vendor.Credentials{}, err
	}
	return vendor.Credentials{
		AccessKeyID: session.AccessKeyID, SecretAccessKey: s.secret(session.AccessKeyID, token),
		SessionToken: token, ARN: session.ARN, Expires: session.Expires,
	}, nil
}

// seal makes the session token, in the alphabet of AWS's: a client that cannot
// carry +, / and = fails here and not first in production.
func (s *Service) seal(session Session) (string, error) {
	data, err := json.Marshal(session)
	if err != nil {
		return "", fmt.Errorf("session token: %w", err)
	}
	return base64.StdEncoding.EncodeToString(s.tokenKey(session.AccessKeyID).Seal(data, tokenContext)), nil
}

// open reads a session token that was sealed for this access key.
func (s *Service) open(accessKeyID, token string) (Session, error) {
	sealed, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil {
		return Session{}, ErrInvalid
	}
	data, err := s.tokenKey(accessKeyID).Open(sealed, tokenContext)
	if err != nil {
		return Session{}, ErrInvalid
	}
	session := Session{AccessKeyID: accessKeyID}
	if err := json.Unmarshal(data, &session); err != nil {
		return Session{}, fmt.Errorf("session token: %w", err)
	}
	return session, nil
}

// tokenContext says of what form a token is.
const tokenContext = "session token 1"

// tokenKey binds a token to its access key. It is another for each, as one key is
// good for 2^32 seals with random nonces (NIST SP 800-38D, section 8.3), which a
// center may give out in a month.
func (s *Service) tokenKey(accessKeyID string) secret.Key {
	return s.Key.Derive("session token of " + accessKeyID)
}

// secret is the secret access key: 240 bits of an HMAC, 40 characters of standard
// base64 as AWS's are.
func (s *Service) secret(accessKeyID, token string) string {
	return base64.StdEncoding.EncodeToString(s.derive("secret access key", accessKeyID, token)[:30])
}
