// Package oauth speaks AWS's SSO OIDC protocol - RegisterClient,
// StartDeviceAuthorization, CreateToken - and shows the pages on which a person
// allows or denies a client.
//
// AWS's protocol is OAuth 2.0 (RFC 6749, RFC 8628) in JSON with its own names,
// so its requests, answers and errors are written out here.
package oauth

import (
	"context"
	"errors"
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

// Status is what became of a device grant.
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
	StartURL    string
	Address     string // of the client
	Status      Status
	Created     time.Time
	Expires     time.Time
}

// Token is an access token. It acts for UserID until Expires.
type Token struct {
	Hash        []byte
	ClientID    string
	UserID      string
	UserName    string // only read
	SessionHash []byte // of the browser session in which it was allowed
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
	// the user; a second decision is ErrNotFound.
	DecideDevice(ctx context.Context, userCodeMAC []byte, d Decision, now time.Time) error
	// BurnDevice makes a grant useless.
	BurnDevice(ctx context.Context, deviceHash []byte) error
	// RedeemDevice makes the client's approved grant used and t its user's token,
	// once: of many at a time one succeeds, the others get ErrNotFound.
	RedeemDevice(ctx context.Context, deviceHash []byte, t Token, now time.Time) error
	// SignInSession is how long a token lasts.
	SignInSession(ctx context.Context) (time.Duration, error)
}

// Decision is a person's answer.
type Decision struct {
	Status      Status // Approved or Denied
	UserID      string
	SessionHash []byte
}
