package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/secret"
)

// A database of the first schema keeps its tokens, and its sessions, of which
// nobody can say when the person proved who they are.
func TestMigrateFromFirst(t *testing.T) {
	first, err := os.ReadFile("migration/00001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(first), "-- +goose Down")
	path := filepath.Join(t.TempDir(), "center.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	expires := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, statement := range []string{
		up,
		`CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
			is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)",
		"INSERT INTO users VALUES ('u', 'alice', 'alice', '', '')",
		"INSERT INTO clients VALUES ('c', x'00', 'n', '', '', '', '', 0, 0)",
		fmt.Sprintf("INSERT INTO sessions VALUES (x'%x', 'u', %d, %d)", secret.Hash("cookie"), expires.Add(-time.Minute).UnixMilli(), expires.UnixMilli()),
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	_, err = raw.Exec("INSERT INTO tokens (hash, client_id, user_id, created, expires) VALUES (?, 'c', 'u', 0, ?)",
		secret.Hash("token"), expires.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, "sqlite:"+path)
	defer db.Close()
	token, err := db.Token(t.Context(), secret.Hash("token"), expires.Add(-time.Second))
	if err != nil || token.UserName != "alice" || !token.ReachesRoles() {
		t.Fatalf("%+v, %v", token, err)
	}
	session, err := db.Session(t.Context(), secret.Hash("cookie"), expires.Add(-time.Second))
	if err != nil || session.User.Name != "alice" || !session.Proved.IsZero() || session.Created.IsZero() {
		t.Errorf("%+v, %v", session, err)
	}
	if err := db.RevokeToken(t.Context(), token); err != nil {
		t.Error(err)
	}
}
