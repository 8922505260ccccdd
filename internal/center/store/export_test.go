package store

import "testing"

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
