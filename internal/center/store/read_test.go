package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
)

func TestReadSQLite(t *testing.T) { readOnly(t, newURL(t)) }

func TestReadPostgres(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL()
	readOnly(t, url)
	// So can somebody who may not write, such as one who makes reports.
	for _, statement := range []string{
		"CREATE ROLE reader LOGIN PASSWORD 'of a test'",
		"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
	} {
		server.Exec("test1", statement)
	}
	db, err := store.OpenToRead(t.Context(), strings.Replace(url, "//latchkey:", "//reader:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if any, err := db.Lookup().AnyUser(t.Context()); err != nil || !any {
		t.Errorf("%v, %v", any, err)
	}
}

// readOnly: what is opened to be read is not made, not migrated, not changed.
func readOnly(t *testing.T, url string) {
	t.Helper()
	if db, err := store.OpenToRead(t.Context(), url); err == nil {
		db.Close()
		t.Fatal("an empty database was taken")
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if _, err := os.Stat(filepath.Dir(path)); err == nil {
			t.Error("a directory was made")
		}
	}
	add := func(db *store.DB, name string) error {
		return db.Edit(t.Context(), "root", func(ed *store.Edit) error {
			return ed.AddUser(context.Background(), directory.User{ID: name, Name: name})
		})
	}
	whole := open(t, url)
	defer whole.Close()
	if err := add(whole, "alice"); err != nil {
		t.Fatal(err)
	}
	db, err := store.OpenToRead(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Lookup().User(t.Context(), "alice"); err != nil {
		t.Error(err)
	}
	if string(db.ServerKey()) != string(whole.ServerKey()) {
		t.Error("another key")
	}
	if err := add(db, "bob"); err == nil {
		t.Error("it was written")
	}
}

// A file of an older program is not brought up to date by who only reads it.
func TestReadOlder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "center.db")
	url := "sqlite:" + path
	open(t, url).Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.Exec("PRAGMA journal_mode = DELETE; DELETE FROM goose_db_version WHERE version_id > 5")
	raw.Close()
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.OpenToRead(t.Context(), url)
	if err == nil || !strings.Contains(err.Error(), "schema version 5 is older than this program") ||
		!strings.Contains(store.Hint(err), "brings it up to date") {
		t.Errorf("%v; %s", err, store.Hint(err))
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("its bytes have changed: %v", err)
	}
}

// A program that is older than the schema does not touch it, and says what does.
func TestOlderProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "center.db")
	url := "sqlite:" + path
	open(t, url).Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	raw.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, opens := range []func(context.Context, string) (*store.DB, error){store.Open, store.OpenToRead} {
		_, err := opens(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), "schema version 99 is newer than this program") ||
			!strings.Contains(store.Hint(err), "restore the backup") {
			t.Errorf("%v; %s", err, store.Hint(err))
		}
	}
}
