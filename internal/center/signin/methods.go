package signin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"
)

// Identity is who a sign-in method says that a person is.
type Identity struct {
	Method string // its name in the configuration
	ID     string // of the person there, which never changes: entryUUID, objectGUID, issuer and subject
	Name   string // by which the person is to be known here; also the session name of the roles
	Email  string
	Groups []string // of this directory, after the method's own mapping
	// Proved is when the person last showed a provider who they are, zero if it
	// does not say. Who gives a password does so now.
	Proved time.Time
}

// PasswordMethod knows names and passwords of people somewhere else.
type PasswordMethod interface {
	Name() string
	// Authenticate returns ErrWrongPassword for a name that nobody has and for a
	// wrong password, a *RefusedError for somebody who may not come in, and any
	// other error if it could not be found out.
	Authenticate(ctx context.Context, username, password string) (Identity, error)
}

// RedirectMethod sends the browser to a provider and hears from it who came
// back.
type RedirectMethod interface {
	Name() string
	Label() string // after "Sign in with"
	// Start returns where to send the browser. callback is where it is to come
	// back to; fresh asks the provider not to trust that it knows the browser,
	// which Identity.Proved then shows.
	Start(ctx context.Context, callback string, fresh bool) (address string, flow Flow, err error)
	// Finish takes what came back to callback, from the browser that flow was
	// kept in. Its errors are those of PasswordMethod.
	Finish(ctx context.Context, callback string, flow Flow, answer url.Values) (Identity, error)
}

// Flow is what must still be known when the browser comes back. State is
// compared before Finish is asked.
type Flow struct {
	State, Nonce, Verifier string
}

// BuiltIn says whom the passwords of this directory let in.
type BuiltIn string

// Administrators can always sign in here: the day on which the provider is away
// is the day on which they must.
const (
	Everyone       BuiltIn = "everyone"
	Administrators BuiltIn = "administrators"
)

// Methods are the ways to sign in. The zero value is the passwords of this
// directory, for everyone.
type Methods struct {
	BuiltIn   BuiltIn // "" is Everyone
	Passwords []PasswordMethod
	Redirects []RedirectMethod
}

// methodName keeps names to what can be part of an address and of an id.
var methodName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Check reports a name that cannot be a method's, or is that of two: users from
// outside are known by it.
func (m Methods) Check() error {
	if m.BuiltIn != "" && m.BuiltIn != Everyone && m.BuiltIn != Administrators {
		return fmt.Errorf("built_in %q: want everyone or administrators", string(m.BuiltIn))
	}
	seen := map[string]bool{builtInName: true, "code": true} // /sign-in/code is a page of its own
	for _, name := range m.names() {
		if !methodName.MatchString(name) {
			return fmt.Errorf("sign-in method %q: a name is up to 32 of a-z, 0-9 and -", name)
		}
		if seen[name] {
			return fmt.Errorf("sign-in method %q: the name is taken", name)
		}
		seen[name] = true
	}
	return nil
}

func (m Methods) names() []string {
	var names []string
	for _, p := range m.Passwords {
		names = append(names, p.Name())
	}
	for _, r := range m.Redirects {
		names = append(names, r.Name())
	}
	return names
}

// ErrWrongPassword is a name and a password that do not belong together. It
// never says which of them is wrong.
var ErrWrongPassword = errors.New("wrong name or password")

// RefusedError keeps somebody out who is who they say they are. Message is for
// that person, a sentence or two.
type RefusedError struct{ Message string }

func (e *RefusedError) Error() string { return e.Message }

// awayError is a method that could not be asked.
type awayError struct {
	method string
	error
}

func (e awayError) Unwrap() error { return e.error }
