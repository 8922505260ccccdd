// Package signin lets people in: passwords, the browser session, and the
// throttles that stand before both. It ends in a Session; what a person may
// then do is for others.
package signin

import (
	"context"
	"errors"
	"time"

	"latchkey/internal/center/directory"
)

// Session is a browser in which somebody signed in.
type Session struct {
	Hash    []byte // of the cookie
	User    directory.User
	Address string // where the browser was, and what it called itself
	Browser string
	Proved  time.Time // when the person last showed who they are; zero: nobody can say
	Created time.Time
	Expires time.Time
}

// ErrNotFound is a session that does not exist, or a user.
var ErrNotFound = errors.New("not found")

// ErrNameTaken is a name that another user has.
var ErrNameTaken = errors.New("another user has this name")

// Store keeps sessions and counts tries.
type Store interface {
	// UserByName returns ErrNotFound if there is none. Case does not count.
	UserByName(ctx context.Context, name string) (directory.User, error)
	// UserByID returns ErrNotFound if there is none.
	UserByID(ctx context.Context, id string) (directory.User, error)
	// LinkUser returns the user who is the identity, by method and id, with what
	// the method says of name, address and groups; newID is for one who is new.
	// unknown are the groups that the directory has not. It returns ErrNameTaken
	// for a name that another user has: no sign-in takes a user over.
	LinkUser(ctx context.Context, i Identity, newID string) (u directory.User, unknown []string, err error)
	// TOTP returns the sealed secret of a user's second factor, or ErrNotFound.
	TOTP(ctx context.Context, userID string) (sealed []byte, err error)
	// UseTOTP makes a time step of it used, or returns ErrNotFound if that step
	// or a later one has been.
	UseTOTP(ctx context.Context, userID string, step int64) error
	// SignInSession is how long a session lasts.
	SignInSession(ctx context.Context) (time.Duration, error)
	// PutSession returns ErrNotFound for a user who has been disabled, or got
	// another password, since s.User was read.
	PutSession(ctx context.Context, s Session) error
	// Session returns ErrNotFound if there is none that lasts beyond now.
	Session(ctx context.Context, hash []byte, now time.Time) (Session, error)
	DeleteSession(ctx context.Context, hash []byte) error
	// Take counts a try before it is made, in one statement, and reports how
	// long to wait instead if there were too many: 0 if it may be made.
	Take(ctx context.Context, subject string, limit Limit, now time.Time) (wait time.Duration, err error)
	// GiveBack takes a try back that turned out well.
	GiveBack(ctx context.Context, subject string, limit Limit) error
}
