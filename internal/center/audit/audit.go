// Package audit says what is recorded of what happens: who did what, from
// where, and how it ended. The store keeps the records in a chain: each has an
// HMAC, by a key of the server, over itself and the one before it.
//
// What that proves: who can write the table but does not have the server's key
// cannot change a record, take one out, put one in or reorder them without
// Verify showing it. Who cuts the last records off must put the head back too,
// to one that was right once; that shows only against a head kept elsewhere. The
// server's key is in the same database: who can read all of it can write a chain
// of their own, which again only a head kept elsewhere betrays.
package audit

import "context"

// Event is one thing that happened. No field is ever a secret.
type Event struct {
	Action  string // what was tried, such as "sign-in" or "role credentials"
	Outcome string // "ok", or why it was not done
	UserID  string // these two: of the person, as far as known
	User    string
	Client  string // the name of the client that it was done by or for
	Address string // that it came from, "" for the command line
	// Details are what the action was about, such as {"account": "123456789011"}.
	Details map[string]string
}

// Recorder keeps events. Record returns when the event is safe: what is
// answered after that has been recorded.
type Recorder interface {
	Record(ctx context.Context, e Event) error
}

// Discard is a Recorder that keeps nothing.
type Discard struct{}

// Record does nothing.
func (Discard) Record(context.Context, Event) error { return nil }

type requestKey struct{}

// WithRequestID returns a context of the request with this id: what is recorded
// and logged with it names the request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id of the request that ctx belongs to, "" for none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
