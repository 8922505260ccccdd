package center_test

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/secret"
	"latchkey/internal/webuser"
)

// user is a person by webuser, signed in at the start page.
func (w *world) user(t *testing.T, name, password string) (*webuser.User, *webuser.Page) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	u := webuser.New(&http.Client{Jar: jar})
	p, err := u.Open(w.URL + "/start")
	if err != nil {
		t.Fatal(err)
	}
	p.Fill(map[string]string{"username": name, "password": password})
	if p, err = p.Submit(); err != nil || p.URL.Path != "/start" {
		t.Fatalf("sign-in: %v %v", p, err)
	}
	return u, p
}

// recorded is what the audit record has of an action, its outcomes and details.
func (w *world) recorded(t *testing.T, action string) []string {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	return query(t, db, fmt.Sprintf("SELECT outcome, user_name, client, address, details FROM audit_records WHERE action = '%s' ORDER BY seq", action))
}

func TestCredentialsToCopy(t *testing.T) {
	w := serve(t)
	_, start := w.user(t, "alice", "correct horse")
	if strings.Contains(start.Text(), "ASIA") {
		t.Error("credentials that nobody asked for")
	}
	p, err := start.Press("credentials_123456789011_FullAccess")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Account DeveloperAccount", "123456789011", "22 Nov 2026, 17:00 UTC, for 8 hours", "export AWS_ACCESS_KEY_ID=ASIA", "export AWS_SESSION_TOKEN=",
		"$Env:AWS_SECRET_ACCESS_KEY='", "[123456789011_FullAccess]", "aws_session_token = ",
	} {
		if !strings.Contains(p.Text(), want) {
			t.Errorf("the page does not say %q: %s", want, p.Text())
		}
	}
	got := w.recorded(t, "role credentials")
	if len(got) != 1 || !strings.Contains(got[0], "ok alice  127.0.0.1") || !strings.Contains(got[0], `"account":"123456789011"`) {
		t.Errorf("recorded %q", got)
	}
}

// The secret is on the page of the answer and in no cache.
func TestCredentialsAreNotStored(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	got := p.press("credentials_123456789011_ReadOnly")
	if got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", got.Header.Get("Cache-Control"))
	}
	key := regexp.MustCompile(`aws_secret_access_key = (\S+)`).FindStringSubmatch(got.text())
	if key == nil || strings.Contains(w.dump(t), key[1]) {
		t.Errorf("the secret %v is in the database", key)
	}
}

func TestCommandOfARole(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	start := p.signIn("alice", "correct horse")
	host := strings.TrimPrefix(w.URL, "http://")
	want := "latchkey configure sso --sso-session " + strings.NewReplacer(".", "-", ":", "-").Replace(host) +
		" --sso-start-url " + w.URL + "/start --sso-region us-east-1 --sso-registration-scopes sso:account:access --sso-account-id 123456789022 --sso-role-name ReadOnly"
	if got := text(start.tags("pre")[0]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The button ends on the page that says whose console it would be.
func TestConsoleOfARole(t *testing.T) {
	w := serve(t)
	const s3 = "https://eu-central-1.console.aws.amazon.com/s3"
	if _, err := w.Import(t.Context(), strings.NewReader("permission_sets: [{name: ReadOnly, relay_state: "+s3+"}]"), "s3.yaml"); err != nil {
		t.Fatal(err)
	}
	_, start := w.user(t, "alice", "correct horse")
	p, err := start.Press("console_123456789022_ReadOnly")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"123456789022", "ReadOnly", "alice", s3} {
		if !strings.Contains(p.Text(), want) {
			t.Errorf("%s does not say %q: %s", p.URL.Path, want, p.Text())
		}
	}
	if got := w.recorded(t, "role credentials"); len(got) != 1 {
		t.Errorf("recorded %q", got)
	}
}

// many gives bob accounts with the numbers 200000000000 and up.
func (w *world) many(t *testing.T, n int, name func(int) string) {
	t.Helper()
	var accounts, assignments strings.Builder
	for i := range n {
		fmt.Fprintf(&accounts, "  - {id: \"%012d\", name: %q, email: team%d@example.com}\n", 200000000000+i, name(i), i)
		fmt.Fprintf(&assignments, "  - {account: \"%012d\", permission_set: ReadOnly, user: bob}\n", 200000000000+i)
	}
	file := "accounts:\n" + accounts.String() + "assignments:\n" + assignments.String()
	if _, err := w.Import(t.Context(), strings.NewReader(file), "many.yaml"); err != nil {
		t.Fatal(err)
	}
}

// Sixty accounts are on three pages, each account once.
func TestPagesOfAccounts(t *testing.T) {
	w := serve(t)
	w.many(t, 60, func(i int) string { return fmt.Sprint("Team ", i) })
	p := w.person(t)
	p.signIn("bob", "battery staple")
	seen := map[string]bool{}
	for pages := 1; ; pages++ {
		for _, h := range p.page.tags("h2") {
			if name := text(h); strings.HasPrefix(name, "Team ") && seen[name] {
				t.Errorf("%s twice", name)
			} else if strings.HasPrefix(name, "Team ") {
				seen[name] = true
			}
		}
		next := p.page.id("next_page")
		if next == nil {
			if pages != 3 || len(seen) != 60 {
				t.Errorf("%d accounts on %d pages, want 60 on 3", len(seen), pages)
			}
			break
		}
		p.open(attr(next, "href"))
	}
	for _, broken := range []string{"?after=x", "?after=", "?after=YWZ0ZXIgLTE", "?after=%ff"} {
		if got := p.open("/start" + broken); got.Status != 200 || len(got.tags("summary")) != 25 {
			t.Errorf("%s: %d, %d roles", broken, got.Status, len(got.tags("summary")))
		}
	}
}

func TestFindAccounts(t *testing.T) {
	w := serve(t)
	w.many(t, 60, func(i int) string { return []string{"Sandbox ", "Production ", "ÉTÉ "}[i%3] + fmt.Sprint(i) })
	p := w.person(t)
	p.signIn("bob", "battery staple")
	for find, want := range map[string]int{
		"sandbox 3": 5, "SANDBOX 3": 5, "200000000017": 1, "team17@": 1, "été": 20, "production": 20, "zebra": 0, "%": 0, "_": 0, "'": 0, " sandbox 3 ": 5, "example.com": 25,
	} {
		got := p.open("/start?find=" + url.QueryEscape(find))
		if n := len(got.tags("summary")); n != want {
			t.Errorf("%q finds %d, want %d: %s", find, n, want, got.text())
		}
		if want == 0 && got.id("nothing_found") == nil {
			t.Errorf("%q: %s", find, got.text())
		}
		if value := attr(got.id("find"), "value"); value != strings.TrimSpace(find) {
			t.Errorf("the field has %q, want %q", value, find)
		}
	}
	if next := attr(p.open("/start?find=example.com").id("next_page"), "href"); !strings.Contains(next, "find=example.com") {
		t.Errorf("the next page %q forgets what was looked for", next)
	}
}

// A person sees the browsers and programs that are signed in, and ends each.
func TestDevices(t *testing.T) {
	w := serve(t)
	token := w.token(t, "alice", "correct horse")
	program, second := w.program(t), w.person(t)
	second.signIn("alice", "correct horse")
	pair := w.redeem(t, program, program.code(t, second)).tokens(t)
	w.Clock.Advance(time.Minute)
	u, start := w.user(t, "alice", "correct horse")
	devices, err := u.Open(w.URL + "/start/devices")
	if err != nil || !strings.Contains(start.Text(), "Signed-in devices") {
		t.Fatal(err)
	}
	for _, want := range []string{"this browser", "botocore-client-1795379541", "botocore-client-corp", "From 127.0.0.1.", "Until 22 Nov 2026, 17:00 UTC."} {
		if !strings.Contains(devices.Text(), want) {
			t.Errorf("no %q in %s", want, devices.Text())
		}
	}
	if devices, err = devices.Press("end_program_" + w.family(t, "botocore-client-1795379541")); err != nil || !devices.Has("done") {
		t.Fatalf("ending a program: %v", err)
	}
	if w.alive(t, token) || !w.alive(t, pair.access) {
		t.Error("the wrong program was signed out")
	}
	if devices, err = devices.Press("end_others"); err != nil || !devices.Has("this_browser") || !devices.Has("no_programs") || devices.Has("end_others") {
		t.Fatalf("ending all others: %v", err)
	}
	if w.alive(t, pair.access) {
		t.Error("the other program is still signed in")
	}
	if got := second.open("/start"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("the other browser is still signed in: %s", got.Path)
	}
	if got := w.recorded(t, "sign-out"); len(got) < 2 || !strings.Contains(got[0], `{"what":"program"}`) || !strings.Contains(got[1], `{"what":"others"}`) {
		t.Errorf("recorded %q", got)
	}
}

// family is the id of the program's family on the page.
func (w *world) family(t *testing.T, client string) string {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	var id []byte
	err := db.QueryRow("SELECT f.id FROM families f JOIN clients c ON c.id = f.client_id WHERE c.name = '" + client + "'").Scan(&id)
	if err != nil {
		t.Fatalf("the family of %s: %v", client, err)
	}
	return hex.EncodeToString(id)
}

// With the id of somebody else's browser or program nothing can be done.
func TestDevicesOfOthers(t *testing.T) {
	w := serve(t)
	token := w.token(t, "alice", "correct horse")
	alice, mallory := w.person(t), w.person(t)
	alice.signIn("alice", "correct horse")
	base, _ := url.Parse(w.URL)
	var browser string
	for _, c := range alice.http.Jar.Cookies(base) {
		if c.Name == "latchkey_session" {
			browser = hex.EncodeToString(secret.Hash(c.Value))
		}
	}
	mallory.signIn("bob", "battery staple")
	_, own := mallory.open("/start").form(t, "sign_out_button")
	before := w.dump(t)
	for name, form := range map[string]url.Values{
		"a program":     {"kind": {"program"}, "id": {w.family(t, "botocore-client-1795379541")}},
		"a browser":     {"kind": {"browser"}, "id": {browser}},
		"none":          {"kind": {"browser"}, "id": {""}},
		"not hex":       {"kind": {"program"}, "id": {"zz"}},
		"SQL":           {"kind": {"program"}, "id": {"' OR 1=1 --"}},
		"another kind":  {"kind": {"user"}, "id": {browser}},
		"kinds crossed": {"kind": {"program"}, "id": {browser}},
		"no kind":       {"id": {browser}},
	} {
		form.Set("form_token", own.Get("form_token"))
		if got := mallory.send("/start/devices", form); got.Status != 404 && got.Status != 400 || got.alert() == "" {
			t.Errorf("%s: %d %s", name, got.Status, got.text())
		}
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
	if !w.alive(t, token) {
		t.Error("alice's program is signed out")
	}
}

// What is not assigned is not given, however it is asked for.
func TestCredentialsOfOthers(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	_, own := p.page.form(t, "credentials_123456789011_ReadOnly")
	for name, pair := range map[string][2]string{
		"a role of another account": {"123456789022", "FullAccess"}, "no account": {"", "ReadOnly"}, "no role": {"123456789011", ""},
		"an account that is none": {"999999999999", "ReadOnly"}, "a role in another case": {"123456789011", "readonly"},
		"SQL": {"123456789011", "x' OR '1'='1"}, "markup": {"123456789011", "<script>"}, "a newline": {"123456789011", "ReadOnly\n[default]"},
	} {
		form := url.Values{"form_token": own["form_token"], "account_id": {pair[0]}, "role_name": {pair[1]}}
		for _, path := range []string{"/start/credentials", "/start/console"} {
			if got := p.send(path, form); got.Status != 403 || got.alert() == "" || strings.Contains(got.text(), "ASIA") {
				t.Errorf("%s at %s: %d %s", name, path, got.Status, got.text())
			}
		}
	}
	if got := w.recorded(t, "role credentials"); len(got) < 3 || !strings.Contains(got[0], "not assigned") {
		t.Errorf("recorded %q", got)
	}
}
