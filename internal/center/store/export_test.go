package store

import (
	"testing"

	"latchkey/internal/center/oauth"
)

// Pragma returns a setting of the writing and of a reading connection.
func (db *DB) Pragma(t *testing.T, name string) map[string]string {
	var read, write string
	for on, target := range map[interface {
		Scan(dest ...any) error
	}]*string{
		db.read.QueryRow("PRAGMA " + name):  &read,
		db.write.QueryRow("PRAGMA " + name): &write,
	} {
		if err := on.Scan(target); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{"reader": read, "writer": write}
}

// MostClients is how many clients are known at most.
const MostClients = mostClients

// KnownClients is how many clients are known without asking the database.
func (db *DB) KnownClients() int { return len(db.clients.byID) }

// Know makes c known.
func (db *DB) Know(c oauth.Client) { db.clients.put(c.ID, c) }
