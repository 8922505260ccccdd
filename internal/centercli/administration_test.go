package centercli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/webuser"
)

func TestAdministrationOnPostgres(t *testing.T) {
	administerTogether(t, pgtest.Start(t).URL())
}

func TestAdministrationOnSQLite(t *testing.T) {
	administerTogether(t, "sqlite:"+filepath.Join(t.TempDir(), "c.db"))
}

// administerTogether: while a center serves, many commands at once change its
// directory; none is lost, and the next page shows it.
func administerTogether(t *testing.T, database string) {
	t.Helper()
	must := func(stdin string, args ...string) string {
		t.Helper()
		got := run(t, nil, stdin, append(args, "--database", database)...)
		if got.Code != 0 {
			t.Errorf("%q: %+v", args, got)
		}
		return got.Out
	}
	must("correct horse battery\n", "init", "--no-input", "--name", "admin")
	must("", "permission-set", "add", "ReadOnly")
	must("", "group", "add", "everyone", "--add-member", "admin")
	cmd, url, _ := program(t, "--database", database)
	browser := webuser.New(&http.Client{Timeout: 20 * time.Second})
	page, err := browser.Open(url + "/start")
	if err != nil {
		t.Fatal(err)
	}
	page.Fill(map[string]string{"username": "admin", "password": "correct horse battery"})
	if _, err := page.Submit(); err != nil {
		t.Fatal(err)
	}
	const many = 8
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			id := fmt.Sprintf("12345678%04d", i)
			must("", "user", "add", fmt.Sprint("user", i))
			must("", "group", "set", "everyone", "--add-member", fmt.Sprint("user", i))
			must("", "account", "add", id, "--name", fmt.Sprint("Account", i))
			must("", "assignment", "add", "--account", id, "--permission-set", "ReadOnly", "--group", "everyone")
			page, err := browser.Open(url + "/start")
			if err != nil || !strings.Contains(page.Text(), fmt.Sprint("Account", i)) {
				t.Errorf("Account%d is not on the page: %v", i, err)
			}
		})
	}
	all.Wait()
	if got := must("", "group", "list", "--json"); !strings.Contains(got, fmt.Sprintf(`"member_count":%d`, many+1)) {
		t.Errorf("members: %s", got)
	}
	if got := must("", "audit", "verify"); !strings.Contains(got, " records, all as they were recorded") {
		t.Error(got)
	}
	must("", "user", "disable", "admin")
	if page, err := browser.Open(url + "/start"); err != nil || !page.HasField("password") {
		t.Errorf("a disabled user's browser: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// Who has an address that is not taken any more can still be administered.
func TestAddressOfBefore(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Edit(t.Context(), "root", func(ed *store.Edit) error {
		return errors.Join(ed.AddUser(t.Context(), directory.User{ID: "u", Name: "alice", Email: "x"}),
			ed.AddAccount(t.Context(), directory.Account{ID: "123456789011", Name: "A", Email: "x"}))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"user set alice --administrator", "user set alice --name alicia", "account set 123456789011 --name B"} {
		if got := run(t, nil, "", append(strings.Fields(args), "--database", url)...); got.Code != 0 {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

// What a client calls itself is a stranger's text: it moves no cursor and stays
// in its line.
func TestSessionsOfStrangers(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	if got := run(t, nil, "correct horse battery\n", "init", "--no-input", "--name", "alice", "--database", database); got.Code != 0 {
		t.Fatalf("%+v", got)
	}
	const name = "a\x1b[31m\nclient\u202e\U000e0041"
	signClientIn(t, database, name)
	for _, more := range []string{"--json", ""} {
		args := strings.Fields("user sessions alice --database " + database + " " + more)
		got := run(t, nil, "", args...)
		if got.Code != 0 || strings.ContainsAny(got.Out, "\x1b\u202e\U000e0041") || !strings.Contains(got.Out, "client") {
			t.Errorf("%+v", got)
		}
		if more == "" {
			if lines := strings.Count(got.Out, "\n"); lines != 2 {
				t.Errorf("%d lines: %s", lines, got.Out)
			}
			continue
		}
		var v struct{ Name string }
		if err := json.Unmarshal([]byte(got.Out), &v); err != nil || v.Name != name {
			t.Errorf("%q, %v", v.Name, err)
		}
	}
}

// signClientIn lets a client with that name act for alice.
func signClientIn(t *testing.T, database, name string) {
	t.Helper()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	alice, err := db.UserByName(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	ctx, now, later := t.Context(), time.Now(), time.Now().Add(time.Hour)
	device, mac := secret.Hash("device"), secret.Hash("user code")
	for _, err := range []error{
		db.PutClient(ctx, oauth.Client{ID: "c", SecretHash: secret.Hash("secret"), Name: name, Created: now, Expires: later}),
		db.PutDevice(ctx, oauth.DeviceGrant{DeviceHash: device, UserCodeMAC: mac, ClientID: "c", Status: oauth.Pending, Created: now, Expires: later}),
		db.PutSession(ctx, signin.Session{Hash: secret.Hash("s"), User: alice, Created: now, Expires: later}),
		db.DecideDevice(ctx, mac, oauth.Decision{Status: oauth.Approved, UserID: alice.ID, SessionHash: secret.Hash("s")}, now),
		db.RedeemDevice(ctx, oauth.Family{ID: device, ClientID: "c", Expires: later}, oauth.Tokens{AccessHash: secret.Hash("t"), Expires: later}, now),
		db.DeleteSession(ctx, secret.Hash("s")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A list of ten thousand is whole, in order, and does not take long.
func TestListOfMany(t *testing.T) {
	const many = 10_000
	var file bytes.Buffer
	file.WriteString("users:\n")
	for i := range many {
		fmt.Fprintf(&file, "  - {name: user%05d, email: user%05d@example.com}\n", i, i)
	}
	database := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	if got := run(t, nil, file.String(), "import", "-", "--database", database); got.Code != 0 {
		t.Fatalf("%+v", got)
	}
	for _, args := range []string{"user list --json", "user list"} {
		begun := time.Now()
		got := run(t, nil, "", append(strings.Fields(args), "--database", database)...)
		took := time.Since(begun)
		lines := strings.Split(strings.TrimSpace(got.Out), "\n")
		if args == "user list" {
			lines = lines[1:]
		}
		if len(lines) != many || !strings.Contains(lines[0], "user00000") || !strings.Contains(lines[many-1], "user09999") {
			t.Errorf("%s: %d lines", args, len(lines))
		}
		t.Logf("%s of %d: %v", args, many, took)
	}
	begun := time.Now()
	if got := run(t, nil, "", "user", "add", "another", "--database", database); got.Code != 0 {
		t.Errorf("%+v", got)
	}
	t.Logf("user add among %d: %v", many, time.Since(begun))
}
