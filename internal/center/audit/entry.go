package audit

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// maxText is the most that a record keeps of one value: names and addresses are
// what strangers say that they are.
const maxText = 1024

// Entry is an event as it is to be recorded.
type Entry struct {
	At        time.Time // of whole milliseconds, UTC
	RequestID string    // "" for the command line
	Action    string
	Outcome   string
	UserID    string
	User      string
	Client    string
	Address   string
	Details   string // a JSON object of texts, its keys in order
}

// Record is an entry in its place in the chain, which begins with Seq 1.
type Record struct {
	Seq  int64
	Hash []byte // 32 bytes: over the entry and the hash before it
	Entry
}

// NewEntry makes what is recorded of e, of the request in ctx: texts that every
// database takes, none of them long.
func NewEntry(ctx context.Context, e Event, at time.Time) Entry {
	return Entry{
		At: at.UTC().Truncate(time.Millisecond), RequestID: clean(RequestID(ctx)),
		Action: clean(e.Action), Outcome: clean(e.Outcome), UserID: clean(e.UserID), User: clean(e.User),
		Client: clean(e.Client), Address: clean(e.Address), Details: details(e.Details),
	}
}

func details(values map[string]string) string {
	cleaned := make(map[string]string, len(values))
	for name, value := range values {
		cleaned[clean(name)] = clean(value)
	}
	text, err := json.Marshal(cleaned)
	if err != nil {
		panic(err) // a map of valid texts has JSON
	}
	return string(text)
}

// clean leaves out what PostgreSQL does not take for text.
func clean(s string) string {
	s = s[:min(len(s), maxText)]
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
