package centercli_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/store"
)

// recorded makes a database with these events, a minute apart, the last one now,
// and returns its URL and path.
func recorded(t *testing.T, events ...audit.Event) (url, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "c.db")
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var entries []audit.Entry
	for i, e := range events {
		at := time.Now().Add(-time.Duration(len(events)-1-i) * time.Minute)
		entries = append(entries, audit.NewEntry(audit.WithRequestID(context.Background(), fmt.Sprint("r", i+1)), e, at))
	}
	if err := db.AppendAudit(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path, path
}

var someEvents = []audit.Event{
	{Action: "sign-in", Outcome: "ok", UserID: "u1", User: "Alice", Address: "192.0.2.7", Details: map[string]string{"method": "built-in"}},
	{Action: "sign-in", Outcome: "wrong password", User: "bob", Address: "192.0.2.8"},
	{Action: "token", Outcome: "ok", UserID: "u1", User: "Alice", Client: "a \x1b[31mclient\u202e\U000e0041"},
	{Action: "role credentials", Outcome: "not assigned", UserID: "u1", User: "Alice"},
}

func TestAuditList(t *testing.T) {
	url, _ := recorded(t, someEvents...)
	for _, tt := range []struct {
		args string
		want string // the places
	}{
		{"", "1 2 3 4"},
		{"--user=alice", "1 3 4"},
		{"--user=u1 --limit=2", "3 4"},
		{"--action=sign-in", "1 2"},
		{"--since=90s", "3 4"},
		{"--since=1d", "1 2 3 4"},
		{"--since=0d90s", "3 4"},
		{"--limit=1", "4"},
		{"--limit=9", "1 2 3 4"},
	} {
		args := append([]string{"audit", "list", "--json", "--database", url}, strings.Fields(tt.args)...)
		got := run(t, nil, "", args...)
		var places []string
		for line := range strings.Lines(got.Out) {
			var r struct{ Seq int }
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			places = append(places, fmt.Sprint(r.Seq))
		}
		if diff := cmp.Diff(tt.want, strings.Join(places, " ")); diff != "" || got.Code != 0 || got.Err != "" {
			t.Errorf("%s: %d %s%s", tt.args, got.Code, got.Err, diff)
		}
	}
}

// What strangers say of themselves moves no cursor, and is still what they said.
func TestAuditListOfStrangers(t *testing.T) {
	url, _ := recorded(t, someEvents[2])
	got := run(t, nil, "", "audit", "list", "--json", "--database", url).Out
	var r map[string]any
	if err := json.Unmarshal([]byte(got), &r); err != nil {
		t.Fatal(err)
	}
	if r["client"] != someEvents[2].Client || strings.ContainsAny(got, "\x1b\u202e\U000e0041") {
		t.Errorf("%q", got)
	}
	for _, key := range []string{"seq", "at", "action", "outcome", "user_id", "user", "client", "address", "request_id", "details", "hash"} {
		if _, ok := r[key]; !ok {
			t.Errorf("no %s in %s", key, got)
		}
	}
	got = run(t, nil, "", "audit", "list", "--database", url).Out
	if !strings.Contains(got, "token: ok  user=Alice client=") || strings.ContainsAny(got, "\x1b\u202e\U000e0041") {
		t.Errorf("%q", got)
	}
}

func TestAuditVerify(t *testing.T) {
	url, path := recorded(t, someEvents...)
	good := run(t, nil, "", "audit", "verify", "--database", url)
	head, ok := strings.CutPrefix(strings.TrimSpace(good.Out), "4 records, all as they were recorded; head ")
	if !ok || good.Code != 0 {
		t.Fatalf("%+v", good)
	}
	if got := run(t, nil, "", "audit", "verify", "--database", url, "--head", head); got != good {
		t.Errorf("with its own head: %+v", got)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	const cutOff = `DELETE FROM audit_records WHERE seq = 4;
		UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_records WHERE seq = 3)`
	if _, err := raw.Exec(cutOff); err != nil {
		t.Fatal(err)
	}
	const hint = "hint: all before it is as it was recorded; compare the rest with a backup\n"
	want := result{1, "", "latchkey-center: audit record 4: truncated: the chain had record 4, of the given hash\n" + hint}
	if diff := cmp.Diff(want, run(t, nil, "", "audit", "verify", "--database", url, "--head", head)); diff != "" {
		t.Error(diff)
	}
	if _, err := raw.Exec("UPDATE audit_records SET outcome = 'ok' WHERE seq = 2"); err != nil {
		t.Fatal(err)
	}
	want = result{1, "", "latchkey-center: audit record 2: changed, or not of this chain\n" + hint}
	if diff := cmp.Diff(want, run(t, nil, "", "audit", "verify", "--database", url)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"x", "4", "4:zz", "4:00", "-1:" + strings.Repeat("00", 32)} {
		if got := run(t, nil, "", "audit", "verify", "--database", url, "--head", bad); got.Code != 2 {
			t.Errorf("--head %s: %+v", bad, got)
		}
	}
}
