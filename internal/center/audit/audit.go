// Package audit says what is recorded of what happens: who did what, from
// where, and how it ended. The store keeps the records, each with a hash over
// itself and the one before it, so that none can be changed or taken out
// without the rest showing it.
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
