// Package awscred owns the value that everything here is about, a set of AWS
// credentials, and the forms in which it is written for other programs.
//
// It leaves to others where credentials come from (session) and where they are
// kept (ssocache).
package awscred

import "time"

// hidden is what a secret looks like wherever it is printed by accident.
const hidden = "***"

// A Secret is a string that must not be seen: a key, a token, a password.
// Printing, logging or marshalling it yields "***"; Reveal gives the value.
type Secret string

// String returns a placeholder.
func (Secret) String() string { return hidden }

// GoString returns a placeholder, so that %#v hides the value too.
func (Secret) GoString() string { return hidden }

// MarshalText returns a placeholder, so that encoders hide the value too.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal returns the secret itself. Its callers are the places to audit: the
// request that carries it, the file that keeps it, the output that was asked
// for.
func (s Secret) Reveal() string { return string(s) }

// Credentials are what an AWS request is signed with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret    // "" for long-lived keys
	Expiration      time.Time // zero for long-lived keys
	AccountID       string    // twelve digits, "" when unknown
}
