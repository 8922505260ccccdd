package center_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center"
)

// dump is every row of the database but the counters of tries.
func (w *world) dump(t *testing.T) string {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	tables := query(t, db, w.tables())
	var b strings.Builder
	for _, table := range tables {
		which := ""
		if table == "[settings]" {
			which = " WHERE name <> 'swept'" // of its own accord, soon after it has started
		}
		fmt.Fprintln(&b, table, query(t, db, "SELECT * FROM "+strings.Trim(table, "[]")+which+" ORDER BY 1, 2"))
	}
	return b.String()
}

func query(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		for i := range row {
			row[i] = *row[i].(*any)
		}
		all = append(all, fmt.Sprint(row))
	}
	return all
}

// A signed-in person who follows every link and opens every address approves
// nothing and changes nothing.
func TestGetChangesNothing(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	program := w.program(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	before := w.dump(t)
	for _, path := range []string{
		"/", "/start", "/start/", "/sign-in", "/sign-out", "/logout", "/device?user_code=" + d.userCode,
		"/device/consent?decision=allow&user_code=" + d.userCode, "/token?grantType=x", "/client/register",
		"/device_authorization", program.address(), program.address() + "&decision=allow", "/?Action=GetCallerIdentity", "/healthz", "/readyz", "/metrics", "/nothing",
	} {
		p.open(path)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
	if got := w.poll(t, d); got.exception() != "AuthorizationPendingException" {
		t.Errorf("the grant is %s", got.exception())
	}
}

func TestOtherSitesCannotSendForms(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	p.open(d.complete)
	consent := p.press("cli_verification_btn")
	_, values := consent.form(t, "cli_login_button")
	for header, value := range map[string]string{
		"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example",
	} {
		for _, path := range []string{"/sign-in", "/sign-out", "/device", "/device/consent", "/authorize"} {
			req, err := http.NewRequest("POST", w.URL+path, strings.NewReader(values.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header, value)
			resp, err := p.http.Do(req)
			if got := p.see(resp, err); got.Status != 403 || got.alert() == "" {
				t.Errorf("%s with %s: %d", path, header, got.Status)
			}
		}
	}
	// A form without the session's token, or with another session's.
	mallory := w.person(t)
	mallory.signIn("bob", "battery staple")
	mallory.open("/device")
	_, theirs := mallory.page.form(t, "cli_verification_btn")
	for _, token := range []string{"", theirs.Get("form_token")} {
		values.Set("form_token", token)
		if got := p.send("/device/consent", values); got.Status != 403 || got.alert() == "" {
			t.Errorf("form token %q: %d %s", token, got.Status, got.text())
		}
	}
	if got := w.poll(t, d); got.exception() != "AuthorizationPendingException" {
		t.Errorf("the grant is %s", got.exception())
	}
}

func TestHeadersAndCookies(t *testing.T) {
	for _, tt := range []struct {
		name      string
		configure func(*center.Config)
		prefix    string
		secure    bool
	}{
		{"http on loopback", func(*center.Config) {}, "latchkey_", false},
		{"https", func(c *center.Config) { c.Origin = "https://sso.example.com" }, "__Host-latchkey_", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(t, tt.configure)
			resp, err := http.Get(w.URL + "/sign-in")
			got := read(t, resp, err)
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
				"X-Content-Type-Options":  "nosniff",
				"X-Frame-Options":         "DENY",
				"Referrer-Policy":         "no-referrer",
				"Cache-Control":           "no-store",
			} {
				if got := got.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			resp, err = stay.PostForm(w.URL+"/sign-in", url.Values{"username": {"alice"}, "password": {"correct horse"}, "next": {"//evil.example"}})
			if got := read(t, resp, err); got.Status != 303 || got.Header.Get("Location") != "/start" {
				t.Fatalf("sign-in: %d to %q", got.Status, got.Header.Get("Location"))
			}
			for _, c := range resp.Cookies() {
				if !strings.HasPrefix(c.Name, tt.prefix) || c.Secure != tt.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
					t.Errorf("cookie %s", c)
				}
			}
		})
	}
}

// A session id from before a sign-in is worth nothing after it.
func TestSessionIsNewAtEachSignIn(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	base, _ := url.Parse(w.URL)
	first := p.http.Jar.Cookies(base)
	p.send("/sign-in", url.Values{"username": {"bob"}, "password": {"battery staple"}, "next": {"/start"}})
	old := w.person(t)
	old.http.Jar.SetCookies(base, first)
	if got := old.open("/start"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("the old cookie still opens %s", got.Path)
	}
	w.Clock.Advance(8 * time.Hour)
	if got := p.open("/start"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("after 8 hours: %s", got.Path)
	}
}

// Whoever reads the database or the log can neither sign in nor act.
func TestNoSecretAtRest(t *testing.T) {
	onSQLite(t)
	w := serve(t)
	client := w.register(t)
	pending := w.startDevice(t, client)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	d := w.startDevice(t, client)
	p.decide(d, "cli_login_button")
	token := w.poll(t, d).JSON(t)["accessToken"].(string)
	program := w.program(t)
	code, waiting := program.code(t, p), program.code(t, p)
	pair := w.redeem(t, program, code).tokens(t)
	next := w.refresh(t, program, pair.refresh).tokens(t)
	credentials := w.portal(t, "GET", "/federation/credentials?account_id=123456789011&role_name=ReadOnly", token).
		JSON(t)["roleCredentials"].(map[string]any)
	base, _ := url.Parse(w.URL)
	secrets := map[string]string{
		"password": "correct horse", "token": token, "client secret": client.clientSecret,
		"code": code, "waiting code": waiting, "access token": pair.access, "refresh token": pair.refresh,
		"next access token": next.access, "next refresh token": next.refresh, "verifier": verifier,
		"device code": pending.deviceCode, "user code": pending.userCode, "bare user code": strings.ReplaceAll(pending.userCode, "-", ""),
		"secret access key": credentials["secretAccessKey"].(string), "session token": credentials["sessionToken"].(string),
	}
	for _, c := range p.http.Jar.Cookies(base) {
		secrets["cookie "+c.Name] = c.Value
	}
	w.stop()
	kept := w.Log.Bytes()
	for _, name := range []string{w.Database, w.Database + "-wal"} {
		data, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		kept = append(kept, data...)
	}
	if !bytes.Contains(kept, []byte("alice@example.com")) {
		t.Fatal("this is not the database")
	}
	for what, value := range secrets {
		if value == "" || bytes.Contains(kept, []byte(value)) {
			t.Errorf("the %s %q is in the database or the log", what, value)
		}
	}
}

func TestOneOfManyRedeemers(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	d := w.startDevice(t, w.register(t))
	p.decide(d, "cli_login_button")
	var tokens atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			switch got := w.poll(t, d); {
			case got.Status == 200:
				tokens.Add(1)
			case got.exception() != "InvalidGrantException":
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	if n := tokens.Load(); n != 1 {
		t.Errorf("%d tokens for one code", n)
	}
}

func TestDeviceCodeOfAnotherClient(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	thief := w.register(t)
	thief.deviceCode = d.deviceCode
	if got := w.poll(t, thief); got.exception() != "InvalidGrantException" {
		t.Errorf("the thief got %s", got.Body)
	}
	if got := w.poll(t, d); got.exception() != "AccessDeniedException" {
		t.Errorf("the code is still good: %s", got.Body)
	}
}

// 60 wrong passwords at once are looked at no more often than the limit says,
// however the name is spelt; who signed in from this browser before gets in.
func TestGuessingPasswords(t *testing.T) {
	w := serve(t)
	owner := w.person(t)
	owner.signIn("alice", "correct horse")
	owner.press("sign_out_button")
	names := []string{"alice", "ALICE", " alice", "Alice "}
	var looked atomic.Int32
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			resp, err := http.PostForm(w.URL+"/sign-in", url.Values{"username": {names[i%len(names)]}, "password": {fmt.Sprint(i)}})
			if got := read(t, resp, err); got.Status == 403 {
				looked.Add(1)
			} else if got.Status != 429 || got.Header.Get("Retry-After") == "" {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	if n := looked.Load(); n > 10 {
		t.Errorf("%d passwords were looked at, want at most 10", n)
	}
	if got := w.person(t).signIn("alice", "correct horse"); got.Status != 429 {
		t.Errorf("a stranger's browser: %d", got.Status)
	}
	w.Clock.Advance(time.Second) // for the address, which is the same here
	if got := owner.signIn("alice", "correct horse"); got.Path != "/start" {
		t.Errorf("the owner is locked out: %d %s", got.Status, got.alert())
	}
	w.Clock.Advance(20 * time.Second)
	if got := w.person(t).signIn("alice", "correct horse"); got.Path != "/start" {
		t.Errorf("after a wait: %d %s", got.Status, got.alert())
	}
}

func TestAddressBehindProxy(t *testing.T) {
	w := serve(t, func(c *center.Config) { c.BehindProxy = true })
	client := w.register(t)
	body := marshal(map[string]string{"clientId": client.clientID, "clientSecret": client.clientSecret, "startUrl": w.URL + "/start"})
	req, err := http.NewRequest("POST", w.URL+"/device_authorization", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
	resp, err := http.DefaultClient.Do(req)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	got := p.open("/device?user_code=" + read(t, resp, err).JSON(t)["userCode"].(string))
	if !strings.Contains(got.text(), "198.51.100.7, another network") {
		t.Errorf("the page says: %s", got.text())
	}
}
