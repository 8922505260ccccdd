package center_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
	"latchkey/internal/center/totp"
)

// corp is a directory somewhere else, which knows passwords.
type corp struct {
	mu     sync.Mutex
	people map[string]colleague // by name
	away   error
	asked  []string // names and passwords that it was told
}

type colleague struct {
	password string
	identity signin.Identity
	refused  string
}

func (c *corp) Name() string { return "corp" }

func (c *corp) Authenticate(_ context.Context, name, password string) (signin.Identity, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, name, password)
	who, known := c.people[name]
	switch {
	case c.away != nil:
		return signin.Identity{}, c.away
	case !known || who.password != password:
		return signin.Identity{}, signin.ErrWrongPassword
	case who.refused != "":
		return signin.Identity{}, &signin.RefusedError{Message: who.refused}
	}
	return who.identity, nil
}

// idp is a provider that the browser is sent to. Its codes say who came back.
type idp struct {
	name   string
	away   error
	people map[string]signin.Identity // by code
	fresh  bool                       // what the last Start was told
	asked  int                        // answers that it was to look at
	proved time.Time                  // when it says that whoever comes back signed in
}

func (p *idp) Name() string  { return p.name }
func (p *idp) Label() string { return "Example " + p.name }

func (p *idp) Start(_ context.Context, callback string, fresh bool) (string, signin.Flow, error) {
	p.fresh = fresh
	flow := signin.Flow{State: secret.Token(), Nonce: secret.Token(), Verifier: secret.Token()}
	return "https://idp.example/authorize?" + url.Values{"redirect_uri": {callback}, "state": {flow.State}}.Encode(), flow, p.away
}

func (p *idp) Finish(_ context.Context, _ string, _ signin.Flow, answer url.Values) (signin.Identity, error) {
	p.asked++
	if answer.Get("error") != "" {
		return signin.Identity{}, &signin.RefusedError{Message: "You did not sign in there."}
	}
	who, ok := p.people[answer.Get("code")]
	if !ok {
		return who, errors.New("invalid_grant")
	}
	who.Proved = p.proved
	return who, p.away
}

// office has alice and bob of this directory, carol of corp, dave of the
// provider idp, and another provider.
type office struct {
	*world
	corp       *corp
	idp, other *idp
}

func newOffice(t *testing.T, configure ...func(*center.Config)) *office {
	t.Helper()
	o := &office{
		corp: &corp{people: map[string]colleague{
			"carol": {password: "carol's word", identity: signin.Identity{ID: "guid-carol", Name: "carol", Email: "carol@example.com", Groups: []string{"developers"}}},
			"erin":  {password: "erin's word", refused: "Your password has expired at the directory."},
		}},
		idp:   &idp{name: "idp", people: map[string]signin.Identity{"dave": {ID: "sub-dave", Name: "dave"}, "erna": {ID: "sub-erna", Name: "erna"}}},
		other: &idp{name: "other", people: map[string]signin.Identity{"dave": {ID: "sub-dave", Name: "dave"}}},
	}
	methods := func(c *center.Config) {
		c.SignIn = signin.Methods{Passwords: []signin.PasswordMethod{o.corp}, Redirects: []signin.RedirectMethod{o.idp, o.other}}
	}
	o.world = serve(t, append([]func(*center.Config){methods}, configure...)...)
	return o
}

// administratorsOnly keeps the passwords of this directory for administrators.
func administratorsOnly(c *center.Config) { c.SignIn.BuiltIn = signin.Administrators }

// exec changes the directory behind the center's back.
func (w *world) exec(t *testing.T, statement string) {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	if strings.HasPrefix(w.address, "sqlite:") {
		db.SetMaxOpenConns(1)
		statement = "PRAGMA busy_timeout = 5000; " + statement
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// enrol gives a user a second factor, and returns its secret.
func (w *world) enrol(t *testing.T, user string) []byte {
	t.Helper()
	db, err := store.Open(t.Context(), w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	u, err := db.UserByName(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	word := totp.NewSecret()
	sealed := center.SealSecondFactor(db.ServerKey(), u.ID, word)
	if err := db.PutTOTP(t.Context(), u.ID, sealed); err != nil {
		t.Fatal(err)
	}
	return word
}

func (w *world) code(word []byte) string { return totp.Code(word, totp.Step(w.Clock.Now())) }

// signedIn is whose session the browser has, "" for none.
func (p *person) signedIn() string {
	p.t.Helper()
	got := p.open("/start")
	if got.Path != "/start" {
		return ""
	}
	return strings.TrimPrefix(regexp.MustCompile(`Signed in as \S+`).FindString(got.text()), "Signed in as ")
}

// leave goes to a provider, and returns the state that it is to bring back.
func (p *person) leave(provider string) (state string) {
	p.t.Helper()
	got := p.press("sign_in_with_" + provider)
	_, address, _ := strings.Cut(got.Header.Get("Refresh"), "url=")
	to, err := url.Parse(address)
	if err != nil || got.Status != 200 || to.Host != "idp.example" {
		p.t.Fatalf("%d, on to %q: %s", got.Status, address, got.text())
	}
	if want := p.base + "/sign-in/" + provider + "/callback"; to.Query().Get("redirect_uri") != want {
		p.t.Errorf("callback %s, want %s", to.Query().Get("redirect_uri"), want)
	}
	return to.Query().Get("state")
}

func (p *person) back(provider, state, code string) page {
	p.t.Helper()
	return p.open("/sign-in/" + provider + "/callback?" + url.Values{"state": {state}, "code": {code}}.Encode())
}

// by signs in at a provider.
func (p *person) by(provider, code string) page {
	p.t.Helper()
	p.open("/sign-in")
	return p.back(provider, p.leave(provider), code)
}

func TestPasswordElsewhere(t *testing.T) {
	o := newOffice(t)
	p := o.person(t)
	if got := p.signIn("carol", "carol's word"); got.Path != "/start" || !strings.Contains(got.text(), "DeveloperAccount") {
		t.Fatalf("carol is at %s: %s", got.Path, got.text())
	}
	p.open("/start")
	if got := o.person(t).signIn("carol", "wrong"); got.Status != 403 || !strings.Contains(got.alert(), "do not belong together") {
		t.Errorf("%d %s", got.Status, got.alert())
	}
	if got := o.person(t).signIn("erin", "erin's word"); got.Status != 403 || got.alert() != "Your password has expired at the directory." {
		t.Errorf("%d %s", got.Status, got.alert())
	}
	// What is said there is so here: another name, no group.
	o.corp.people["carol"] = colleague{password: "carol's word", identity: signin.Identity{ID: "guid-carol", Name: "caroline"}}
	p.press("sign_out_button")
	if got := p.signIn("carol", "carol's word"); got.Path != "/start" || strings.Contains(got.text(), "DeveloperAccount") {
		t.Errorf("after leaving the group: %s %s", got.Path, got.text())
	}
	if got := o.person(t); got.signIn("alice", "correct horse").Path != "/start" {
		t.Error("alice of this directory cannot sign in")
	}
	if i := slices.Index(o.corp.asked, "correct horse"); i >= 0 {
		t.Errorf("corp was told the password of %s", o.corp.asked[i-1])
	}
	want := `[ok carol  127.0.0.1 {"method":"corp"}]`
	if got := o.recorded(t, "sign-in"); !slices.Contains(got, want) {
		t.Errorf("recorded %q", got)
	}
}

func TestProvider(t *testing.T) {
	o := newOffice(t)
	p := o.person(t)
	p.open("/start/devices")
	if got := p.back("idp", p.leave("idp"), "dave"); got.Path != "/start/devices" || p.signedIn() != "dave" {
		t.Fatalf("dave is at %s: %s", got.Path, got.text())
	}
	other := o.person(t)
	other.open("/sign-in")
	got := other.open("/sign-in/idp/callback?error=access_denied&state=" + other.leave("idp"))
	if got.Status != 403 || got.alert() != "You did not sign in there." {
		t.Errorf("%d %s", got.Status, got.alert())
	}
	rows := o.recorded(t, "sign-in")
	if want := []string{`[ok dave  127.0.0.1 {"method":"idp"}]`, `[refused   127.0.0.1 {"method":"idp"}]`}; !slices.Equal(rows, want) {
		t.Errorf("recorded %q, want %q", rows, want)
	}
}

// When what people sign in to is away, those who run the center are not locked
// out of it, and what is said is the same to everybody else.
func TestAway(t *testing.T) {
	o := newOffice(t, administratorsOnly)
	o.exec(t, "UPDATE users SET administrator = 1 WHERE name = 'alice'")
	o.corp.away, o.idp.away = errors.New("dial ldaps://dc1: connection refused"), errors.New("discovery: EOF")
	texts := map[string]bool{}
	for _, who := range [][2]string{{"carol", "carol's word"}, {"nobody", "x"}, {"bob", "battery staple"}, {"alice", "wrong"}} {
		got := o.person(t).signIn(who[0], who[1])
		if got.Status != 503 {
			t.Errorf("%s: %d", who[0], got.Status)
		}
		texts[got.alert()] = true
	}
	p := o.person(t)
	p.open("/sign-in")
	got := p.press("sign_in_with_idp")
	texts[got.alert()] = true
	if got.Status != 503 || len(texts) != 1 || !strings.Contains(got.alert(), "Administrators of this center can still sign in") {
		t.Errorf("%d %v", got.Status, texts)
	}
	p.open("/sign-in")
	state := p.leave("other")
	o.other.away = errors.New("token endpoint: 502")
	if got := p.back("other", state, "dave"); got.Status != 503 || !texts[got.alert()] {
		t.Errorf("on the way back: %d %s", got.Status, got.alert())
	}
	if got := o.person(t).signIn("alice", "correct horse"); got.Path != "/start" {
		t.Errorf("an administrator: %d %s", got.Status, got.alert())
	}
}

func TestSecondFactor(t *testing.T) {
	o := newOffice(t)
	word := o.enrol(t, "alice")
	p := o.person(t)
	p.open("/start/devices")
	if got := p.press("sign_in_button", "username", "alice", "password", "correct horse"); got.id("totp_code") == nil {
		t.Fatalf("no page for the code: %s", got.text())
	}
	if got := p.press("totp_button", "totp_code", "000000"); got.Status != 403 || !strings.Contains(got.alert(), "not right") {
		t.Errorf("a wrong code: %d %s", got.Status, got.alert())
	}
	if got := p.press("totp_button", "totp_code", o.code(word)); got.Path != "/start/devices" {
		t.Errorf("the right code: %d %s", got.Status, got.alert())
	}
	// Wherever they are from, whoever has one is asked.
	o.person(t).signIn("carol", "carol's word")
	o.enrol(t, "carol")
	if got := o.person(t).signIn("carol", "carol's word"); got.id("totp_code") == nil {
		t.Errorf("carol is at %s", got.Path)
	}
	o.person(t).by("idp", "dave")
	o.enrol(t, "dave")
	if got := o.person(t).by("idp", "dave"); got.id("totp_code") == nil {
		t.Errorf("dave is at %s", got.Path)
	}
	if got := o.recorded(t, "sign-in"); !slices.Contains(got, `[wrong code alice  127.0.0.1 {"method":"built-in"}]`) {
		t.Errorf("recorded %q", got)
	}
}

// Proving again who one is makes the session a new one, of the same person.
func TestAgain(t *testing.T) {
	o := newOffice(t)
	alice := o.person(t)
	alice.signIn("alice", "correct horse")
	o.Clock.Advance(time.Hour)
	got := alice.open("/sign-in?again=1&next=/start/devices")
	if name := got.id("username"); got.Path != "/sign-in?again=1&next=/start/devices" || name == nil || attr(name, "value") != "alice" || got.id("sign_in_with_idp") != nil {
		t.Fatalf("%s: %s", got.Path, got.text())
	}
	for _, faults := range got.faults() {
		t.Error(faults)
	}
	if got := alice.press("sign_in_button", "username", "bob", "password", "battery staple"); got.Status != 403 || !strings.Contains(got.alert(), "somebody else") {
		t.Errorf("bob in alice's place: %d %s", got.Status, got.alert())
	}
	if got := alice.press("sign_in_button", "username", "alice", "password", "correct horse"); got.Path != "/start/devices" {
		t.Errorf("alice: %d %s", got.Status, got.alert())
	}
	dave := o.person(t)
	dave.by("idp", "dave")
	got = dave.open("/sign-in?again=1")
	if got.id("username") != nil || got.id("sign_in_with_other") != nil {
		t.Errorf("dave is shown other ways than his: %s", got.text())
	}
	if got := dave.back("idp", dave.leave("idp"), "erna"); got.Status != 403 || !strings.Contains(got.alert(), "somebody else") {
		t.Errorf("erna in dave's place: %d %s", got.Status, got.alert())
	}
	if !o.idp.fresh {
		t.Error("the provider may take the browser's word")
	}
	dave.open("/sign-in?again=1")
	o.idp.proved = o.Clock.Now()
	if got := dave.back("idp", dave.leave("idp"), "dave"); got.Path != "/start" || dave.signedIn() != "dave" {
		t.Errorf("dave: %d %s", got.Status, got.alert())
	}
}

// A user who is disabled is told so with the right password, and nothing else.
func TestDisabled(t *testing.T) {
	o := newOffice(t)
	p := o.person(t)
	p.signIn("carol", "carol's word")
	o.exec(t, "UPDATE users SET disabled = 1 WHERE name IN ('alice', 'carol')")
	if who := p.signedIn(); who != "" {
		t.Errorf("the session of %s goes on", who)
	}
	for name, word := range map[string]string{"carol": "carol's word", "alice": "correct horse"} {
		if got := o.person(t).signIn(name, word); got.Status != 403 || !strings.Contains(got.alert(), "has disabled your user") {
			t.Errorf("%s: %d %s", name, got.Status, got.alert())
		}
		if got := o.person(t).signIn(name, "wrong"); got.Status != 403 || !strings.Contains(got.alert(), "do not belong together") {
			t.Errorf("%s, wrong password: %d %s", name, got.Status, got.alert())
		}
	}
}

// A session says where it is, for its owner to recognise it.
func TestSessionsSayWhereTheyAre(t *testing.T) {
	w := serve(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":    "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":            "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"curl/8.5.0": "a browser", "<script>": "a browser", strings.Repeat("x", 5000): "a browser",
	} {
		w.exec(t, "DELETE FROM sessions")
		form := url.Values{"username": {"bob"}, "password": {"battery staple"}}
		req, err := http.NewRequest("POST", w.URL+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", agent)
		resp, err := w.person(t).stay().http.Do(req)
		read(t, resp, err)
		db := w.open(t)
		if got := query(t, db, "SELECT address, browser FROM sessions"); !slices.Equal(got, []string{"[127.0.0.1 " + want + "]"}) {
			t.Errorf("%.80s: %q, want %s", agent, got, want)
		}
		db.Close()
	}
}

// A password that nobody could set is imported, and told of.
func TestWeakPasswordsAreImported(t *testing.T) {
	w := serve(t)
	file := "users: [{name: carol, password: short}, {name: dora, password: pick a better one}]"
	if _, err := w.Import(t.Context(), strings.NewReader(file), "f"); err != nil {
		t.Fatal(err)
	}
	if got := w.person(t).signIn("carol", "short"); got.Path != "/start" {
		t.Errorf("carol: %d %s", got.Status, got.alert())
	}
	w.stop()
	log := w.Log.String()
	if strings.Count(log, "an imported password is weak") != 1 || !strings.Contains(log, `"user":"carol","why":"it must have at least 12 characters`) {
		t.Errorf("the log: %s", log)
	}
}

// The pages of every way to sign in are sound.
func TestSignInPages(t *testing.T) {
	for name, configure := range map[string]func(*center.Config){
		"all": func(*center.Config) {}, "for administrators": func(c *center.Config) { administratorsOnly(c); c.SignIn.Passwords = nil },
	} {
		o := newOffice(t, configure)
		o.enrol(t, "bob")
		o.exec(t, "UPDATE users SET administrator = 1 WHERE name = 'bob'")
		p := o.person(t)
		pages := map[string]page{
			"sign-in": p.open("/sign-in"), "second factor": p.press("sign_in_button", "username", "bob", "password", "battery staple"),
			"wrong code": p.press("totp_button", "totp_code", "1"), "unknown": p.send("/sign-in/nothing", nil),
		}
		for page, seen := range pages {
			for _, fault := range seen.faults() {
				t.Errorf("%s: %s: %s", name, page, fault)
			}
		}
		if (pages["sign-in"].text() == "") || strings.Contains(pages["sign-in"].text(), "as an administrator") != (name != "all") {
			t.Errorf("%s: %s", name, pages["sign-in"].text())
		}
	}
}

// An address from outside that is none is left out: it keeps nobody out, and an
// export can be imported.
func TestAddressFromOutside(t *testing.T) {
	o := newOffice(t)
	for email, want := range map[string]string{"carol@corp.example": "carol@corp.example", "Carol <carol@corp.example>": "", "carol": ""} {
		o.corp.people["carol"] = colleague{password: "carol's word", identity: signin.Identity{ID: "guid-carol", Name: "carol", Email: email}}
		p := o.person(t)
		p.signIn("carol", "carol's word")
		if who := p.signedIn(); who != "carol" {
			t.Errorf("%q: signed in as %q", email, who)
		}
		db, err := store.Open(t.Context(), o.address)
		if err != nil {
			t.Fatal(err)
		}
		carol, err := db.UserByName(t.Context(), "carol")
		db.Close()
		if err != nil || carol.Email != want {
			t.Errorf("%q became %q, %v", email, carol.Email, err)
		}
	}
}
