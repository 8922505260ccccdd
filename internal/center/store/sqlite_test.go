package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest"
)

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, url string) storetest.Store {
		t.Helper()
		return open(t, url)
	}, newURL)
}

func newURL(t *testing.T) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "a dir?", "center.db")
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestFileIsPrivate(t *testing.T) {
	url := newURL(t)
	db := open(t, url)
	defer db.Close()
	path := strings.TrimPrefix(url, "sqlite:")
	for name, want := range map[string]os.FileMode{
		path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, filepath.Dir(path): 0o700,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

// What was answered is on the disk: these are what SQLite promises that by.
func TestPragmas(t *testing.T) {
	db := open(t, newURL(t))
	defer db.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "wal_autocheckpoint": "4000"} {
		for name, got := range db.Pragma(t, pragma) {
			if got != want {
				t.Errorf("%s of the %s: %s, want %s", pragma, name, got, want)
			}
		}
	}
}

// foreign returns the address of a database with other tables than the center's.
func foreign(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(statements); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func TestOpenErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newer.db")
	newer := "sqlite:" + path
	open(t, newer).Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	raw.Close()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	other := foreign(t, "CREATE TABLE invoices (id INTEGER PRIMARY KEY)")
	migrated := foreign(t, "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id INTEGER, is_applied INTEGER, tstamp TIMESTAMP);"+
		"INSERT INTO goose_db_version VALUES (1, 20240101120000, 1, 0); CREATE TABLE settings (id INTEGER)")
	for url, want := range map[string]string{
		other:                   `another program's: it has a table "invoices"`,
		migrated:                `another program's: it has a table "settings" and none "user_groups"`,
		"mysql:x":               `database "mysql": want sqlite:PATH or postgres`,
		"sqlite:":               "want sqlite:PATH",
		newer:                   "newer than this program",
		"sqlite:" + text:        "not a database",
		"sqlite:" + text + "/x": "not a directory",
	} {
		_, err := store.Open(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

// A file of another program is not touched: it is looked at before anything is
// made of it.
func TestForeignFileStays(t *testing.T) {
	url := foreign(t, "CREATE TABLE invoices (id INTEGER PRIMARY KEY)")
	path := strings.TrimPrefix(url, "sqlite:")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if db, err := store.Open(t.Context(), url); err == nil {
		db.Close()
		t.Fatal("it was taken")
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("its bytes have changed: %v", err)
	}
}
