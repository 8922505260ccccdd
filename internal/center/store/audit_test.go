package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
)

// tampering is what somebody who can write the tables does to ten records, and
// what Verify says then.
var tampering = []struct {
	name       string
	statements string
	seq        int64
	what       string
}{
	{"time", "UPDATE audit_records SET at = at + 1 WHERE seq = 4", 4, "changed"},
	{"request", "UPDATE audit_records SET request_id = 'x' WHERE seq = 4", 4, "changed"},
	{"action", "UPDATE audit_records SET action = 'x' WHERE seq = 4", 4, "changed"},
	{"outcome", "UPDATE audit_records SET outcome = 'x' WHERE seq = 4", 4, "changed"},
	{"user id", "UPDATE audit_records SET user_id = 'x' WHERE seq = 4", 4, "changed"},
	{"user", "UPDATE audit_records SET user_name = 'x' WHERE seq = 4", 4, "changed"},
	{"client", "UPDATE audit_records SET client = 'x' WHERE seq = 4", 4, "changed"},
	{"address", "UPDATE audit_records SET address = 'x' WHERE seq = 4", 4, "changed"},
	{"details", "UPDATE audit_records SET details = '{}' WHERE seq = 4", 4, "changed"},
	{"hash", "UPDATE audit_records SET hash = (SELECT hash FROM audit_records WHERE seq = 3) WHERE seq = 4", 4, "changed"},
	{"text moved between columns", "UPDATE audit_records SET client = user_name || client, user_name = '' WHERE seq = 4", 4, "changed"},
	{"place", "UPDATE audit_records SET seq = 40 WHERE seq = 4", 4, "missing"},
	{"one taken out", "DELETE FROM audit_records WHERE seq = 4", 4, "missing"},
	{"several taken out", "DELETE FROM audit_records WHERE seq BETWEEN 4 AND 6", 4, "missing, and all up to 6"},
	{"the first taken out", "DELETE FROM audit_records WHERE seq = 1", 1, "missing"},
	{"taken out and the gap closed", `DELETE FROM audit_records WHERE seq = 4;
		UPDATE audit_records SET seq = seq - 1 WHERE seq > 4; UPDATE audit_head SET seq = 9`, 4, "changed"},
	{"neighbours swapped", `UPDATE audit_records SET seq = 50 WHERE seq = 4;
		UPDATE audit_records SET seq = 4 WHERE seq = 5; UPDATE audit_records SET seq = 5 WHERE seq = 50`, 4, "reordered"},
	{"moved to the front", `UPDATE audit_records SET seq = -seq; UPDATE audit_records SET seq = 1 - seq;
		UPDATE audit_records SET seq = 1 WHERE seq = 8`, 1, "reordered"},
	{"cut off", "DELETE FROM audit_records WHERE seq > 8", 9, "truncated: the chain went on up to 10"},
	{"all cut off", "DELETE FROM audit_records", 1, "truncated: the chain went on up to 10"},
	{"head taken away", "DELETE FROM audit_head", 11, "head"},
	{"head put back", "UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_records WHERE seq = 9)", 10, "head"},
	{"another head", "UPDATE audit_head SET hash = (SELECT hash FROM audit_records WHERE seq = 9)", 10, "head"},
	{"one forged at the end", `INSERT INTO audit_records (seq, at, request_id, action, outcome, user_id, user_name, client, address, details, hash)
		SELECT 11, at, request_id, action, outcome, user_id, user_name, client, address, details, hash FROM audit_records WHERE seq = 10;
		UPDATE audit_head SET seq = 11`, 11, "recorded elsewhere"},
	{"cut off with the head", `DELETE FROM audit_records WHERE seq > 8;
		UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit_records WHERE seq = 8)`, 9, "truncated: the chain had record 10"},
}

func TestTampering(t *testing.T) {
	for _, tt := range tampering {
		t.Run(tt.name, func(t *testing.T) {
			db, raw, head := recorded(t)
			if _, err := raw.Exec(tt.statements); err != nil {
				t.Fatal(err)
			}
			wantBad(t, db, head, tt.seq, tt.what)
		})
	}
}

// Only the head that was kept elsewhere shows the last case of all.
func TestCutOffWithTheHead(t *testing.T) {
	db, raw, head := recorded(t)
	if _, err := raw.Exec(tampering[len(tampering)-1].statements); err != nil {
		t.Fatal(err)
	}
	if got, err := audit.Verify(t.Context(), db, audit.Head{}); err != nil || got.Seq != 8 {
		t.Errorf("%v, %v", got, err)
	}
	wantBad(t, db, head, 9, "truncated")
}

// Who writes a whole chain anew needs the key.
func TestForgedWithAnotherKey(t *testing.T) {
	db, raw, head := recorded(t)
	entries := []audit.Entry{audit.NewEntry(t.Context(), audit.Event{Action: "sign-in", Outcome: "ok"}, time.Unix(1, 0))}
	forged, end := audit.Chain{Key: secret.NewKey()}.Link(audit.Head{Hash: audit.Begin()}, entries)
	_, err := raw.Exec(`DELETE FROM audit_records WHERE seq > 1; UPDATE audit_records SET at = 1000, request_id = '',
		user_id = '', user_name = '', client = '', address = '', details = '{}', hash = ?; UPDATE audit_head SET seq = 1, hash = ?`,
		forged[0].Hash, end.Hash)
	if err != nil {
		t.Fatal(err)
	}
	wantBad(t, db, audit.Head{}, 1, "changed")
	wantBad(t, db, head, 1, "changed")
}

func wantBad(t *testing.T, db *store.DB, known audit.Head, seq int64, what string) {
	t.Helper()
	_, err := audit.Verify(t.Context(), db, known)
	bad, ok := errors.AsType[*audit.BadError](err)
	if !ok || bad.Seq != seq || !strings.Contains(bad.What, what) {
		t.Errorf("got %v, want record %d: %s", err, seq, what)
	}
}

// recorded is a database with ten different records, the file open beside it,
// and the chain's head.
func recorded(t *testing.T) (*store.DB, *sql.DB, audit.Head) {
	t.Helper()
	url := newURL(t)
	db := open(t, url)
	t.Cleanup(func() { db.Close() })
	for i := range 10 {
		err := db.AppendAudit(t.Context(), []audit.Entry{audit.NewEntry(t.Context(), audit.Event{
			Action: "sign-in", Outcome: "ok", UserID: fmt.Sprint(i), User: "alice", Client: "cli", Address: "::1",
			Details: map[string]string{"method": "built-in"},
		}, time.Unix(int64(i), 0))})
		if err != nil {
			t.Fatal(err)
		}
	}
	raw, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(strings.TrimPrefix(url, "sqlite:"), "?", "%3f"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	head, err := audit.Verify(t.Context(), db, audit.Head{})
	if err != nil {
		t.Fatal(err)
	}
	return db, raw, head
}
