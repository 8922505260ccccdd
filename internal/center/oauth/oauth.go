// Package oauth speaks AWS's SSO OIDC protocol - RegisterClient,
// StartDeviceAuthorization, CreateToken - and /authorize, and shows the pages on which a person
// allows or denies a client.
//
// AWS's protocol is OAuth 2.0 (RFC 6749, RFC 7636, RFC 8628) in JSON with its own names,
// so its requests, answers and errors are written out here.
package oauth

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Client is a registered client.
type Client struct {
	ID           string
	SecretHash   []byte
	Name         string
	Scopes       []string
	GrantTypes   []string
	RedirectURIs []string
	IssuerURL    string
	Created      time.Time
	Expires      time.Time
}

// may reports whether the client registered for a grant type. Clients that name
// none are from before there were others than device codes.
func (c Client) may(grantType string) bool {
	if len(c.GrantTypes) == 0 {
		return grantType != grantAuthorizationCode
	}
	return slices.Contains(c.GrantTypes, grantType)
}

// Status is what became of a grant.
type Status string

// A grant begins pending; a person makes it approved or denied, the client's
// next poll makes an approved one used.
const (
	Pending  Status = "pending"
	Approved Status = "approved"
	Denied   Status = "denied"
	Used     Status = "used"
)

// DeviceGrant is a client's request to act for whoever approves its user code.
type DeviceGrant struct {
	DeviceHash  []byte
	UserCodeMAC []byte
	ClientID    string
	ClientName  string // only read
	UserID      string // these two, only read: who approved it
	UserName    string
	StartURL    string
	Address     string // of the client
	Status      Status
	Created     time.Time
	Expires     time.Time
}

// CodeGrant is an authorization code that a person allowed, for whoever knows
// the verifier of Challenge.
type CodeGrant struct {
	CodeHash    []byte
	ClientID    string
	UserID      string
	UserName    string // only read
	SessionHash []byte // of the browser session in which it was allowed
	RedirectURI string // that it was sent to
	Challenge   string // of PKCE, S256
	Address     string // of the browser
	Scopes      []string
	Status      Status // Approved or Used
	Created     time.Time
	Expires     time.Time
}

// Family is what one person allowed one client: all tokens that come of one
// code. They end together, at Expires at the latest.
type Family struct {
	ID       []byte // the hash of the code
	ClientID string
	Scopes   []string
	Expires  time.Time
}

// SignedIn is a client that acts for a person: a family, as its owner is told of
// it.
type SignedIn struct {
	FamilyID   []byte
	ClientName string
	Address    string // of the client that asked for the device code, or of the browser
	Created    time.Time
	Expires    time.Time
}

// Tokens are what a code, or a refresh token, is traded for.
type Tokens struct {
	AccessHash  []byte
	Expires     time.Time // of the access token
	RefreshHash []byte    // nil for none
}

// RefreshToken gets the next tokens of its family, once.
type RefreshToken struct {
	Hash     []byte
	Family   Family
	UserID   string // these two, only read
	UserName string
	Used     time.Time // zero: not yet
}

// Token is an access token. It acts for UserID until Expires.
type Token struct {
	Hash        []byte
	ClientID    string
	ClientName  string // only read
	UserID      string
	UserName    string // only read
	SessionHash []byte // of the browser session in which it was allowed
	FamilyID    []byte
	Scopes      []string
	Expires     time.Time
}

// ErrNotFound is what a Store has not, or not in the state asked for.
var ErrNotFound = errors.New("not found")

// Store keeps clients, grants and tokens.
type Store interface {
	PutClient(ctx context.Context, c Client) error
	Client(ctx context.Context, id string) (Client, error)
	PutDevice(ctx context.Context, g DeviceGrant) error
	Device(ctx context.Context, deviceHash []byte) (DeviceGrant, error)
	// PendingDevice returns the grant of a user code that is pending at now.
	PendingDevice(ctx context.Context, userCodeMAC []byte, now time.Time) (DeviceGrant, error)
	// DecideDevice makes a grant that is pending at now approved or denied by
	// the user; a second decision is ErrNotFound, and so is one in a browser
	// session that has been ended.
	DecideDevice(ctx context.Context, userCodeMAC []byte, d Decision, now time.Time) error
	// BurnDevice makes a grant useless.
	BurnDevice(ctx context.Context, deviceHash []byte) error
	// RedeemDevice makes the client's approved grant with the device hash f.ID
	// used and begins the family with t, once: of many at a time one succeeds,
	// the others get ErrNotFound.
	RedeemDevice(ctx context.Context, f Family, t Tokens, now time.Time) error
	// PutCode returns ErrNotFound if the browser session in which the code was
	// allowed has been ended.
	PutCode(ctx context.Context, g CodeGrant) error
	Code(ctx context.Context, codeHash []byte) (CodeGrant, error)
	// RedeemCode is RedeemDevice for the code with the hash f.ID.
	RedeemCode(ctx context.Context, f Family, t Tokens, now time.Time) error
	// BurnCode forgets a code and ends the family that it began: of many at a
	// time one succeeds, the others get ErrNotFound.
	BurnCode(ctx context.Context, codeHash []byte) error
	// RefreshToken returns ErrNotFound for one whose family was ended.
	RefreshToken(ctx context.Context, hash []byte) (RefreshToken, error)
	// Rotate makes the client's refresh token used and next the tokens after it,
	// once: of many at a time one succeeds, the others get ErrNotFound.
	Rotate(ctx context.Context, hash []byte, clientID string, next Tokens, now time.Time) error
	// EndFamily ends all tokens of a family.
	EndFamily(ctx context.Context, id []byte) error
	// Token returns the access token that lasts beyond now.
	Token(ctx context.Context, hash []byte, now time.Time) (Token, error)
	// SignInSession is how long a family lasts.
	SignInSession(ctx context.Context) (time.Duration, error)
}

// Decision is a person's answer.
type Decision struct {
	Status      Status // Approved or Denied
	UserID      string
	SessionHash []byte
}
