package center_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/totp"
)

// An attack returns what it won, "" for nothing.
type attacks map[string]func(t *testing.T, o *office) string

func (all attacks) run(t *testing.T, configure ...func(*center.Config)) {
	t.Helper()
	for name, try := range all {
		t.Run(name, func(t *testing.T) {
			if won := try(t, newOffice(t, configure...)); won != "" {
				t.Errorf("accepted: %s", won)
			}
		})
	}
}

// away is a browser that has gone to the provider and is expected back.
func (o *office) away(t *testing.T, provider string) (p *person, state string) {
	t.Helper()
	p = o.person(t)
	p.open("/sign-in")
	return p, p.leave(provider)
}

// cookie returns the value of a cookie that the browser has.
func (p *person) cookie(kind string) string {
	p.t.Helper()
	base, _ := url.Parse(p.base)
	for _, c := range p.http.Jar.Cookies(base) {
		if c.Name == "latchkey_"+kind {
			return c.Value
		}
	}
	p.t.Fatalf("no cookie %s", kind)
	return ""
}

func (p *person) setCookie(kind, value string) {
	base, _ := url.Parse(p.base)
	p.http.Jar.SetCookies(base, []*http.Cookie{{Name: "latchkey_" + kind, Value: value, Path: "/"}})
}

// foreign sends a form as another site makes the browser send it.
func (p *person) foreign(path string, values url.Values) {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := p.http.Do(req)
	p.see(resp, err)
}

// What comes back from a provider counts in the browser that left, once, soon,
// and for the provider that it left for.
func TestAttackCallback(t *testing.T) {
	attacks{
		"no state": func(t *testing.T, o *office) string {
			p, _ := o.away(t, "idp")
			p.open("/sign-in/idp/callback?code=dave")
			return p.signedIn()
		},
		"empty state": func(t *testing.T, o *office) string {
			p, _ := o.away(t, "idp")
			p.back("idp", "", "dave")
			return p.signedIn()
		},
		"state of one's own": func(t *testing.T, o *office) string {
			p, _ := o.away(t, "idp")
			p.back("idp", "x", "dave")
			return p.signedIn()
		},
		"state in another case": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("idp", strings.ToUpper(state), "dave")
			return p.signedIn()
		},
		"the wrong state first": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.open("/sign-in/idp/callback?state=x&code=dave&state=" + state)
			return p.signedIn()
		},
		"no sign-in begun": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.back("idp", "x", "dave")
			return p.signedIn()
		},
		"a link made in the attacker's browser": func(t *testing.T, o *office) string {
			_, state := o.away(t, "idp")
			victim := o.person(t)
			victim.back("idp", state, "dave")
			return victim.signedIn()
		},
		"the same, to a victim who is on the way too": func(t *testing.T, o *office) string {
			_, state := o.away(t, "idp")
			victim, _ := o.away(t, "idp")
			victim.back("idp", state, "dave")
			return victim.signedIn()
		},
		"the same answer again": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("idp", state, "dave")
			p.open("/start")
			p.press("sign_out_button")
			p.back("idp", state, "dave")
			return p.signedIn()
		},
		"after ten minutes": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			o.Clock.Advance(10 * time.Minute)
			p.back("idp", state, "dave")
			return p.signedIn()
		},
		"at another provider": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("other", state, "dave")
			return p.signedIn()
		},
		"at no provider": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("none", state, "dave")
			return p.signedIn()
		},
		"at a method for passwords": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("corp", state, "dave")
			return p.signedIn()
		},
		"by POST": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.send("/sign-in/idp/callback", url.Values{"state": {state}, "code": {"dave"}})
			return p.signedIn()
		},
		"a cookie with another bit": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			sealed := []byte(p.cookie("trip"))
			sealed[20] ^= 1
			p.setCookie("trip", string(sealed))
			p.back("idp", state, "dave")
			return p.signedIn()
		},
		"a cookie cut short": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.setCookie("trip", p.cookie("trip")[:40])
			p.back("idp", state, "dave")
			return p.signedIn()
		},
		"a cookie in plain text": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.setCookie("trip", `eyJNZXRob2QiOiJpZHAiLCJGbG93Ijp7IlN0YXRlIjoieCJ9LCJVbnRpbCI6IjIwOTktMDEtMDFUMDA6MDA6MDBaIn0`)
			p.back("idp", "x", "dave")
			return p.signedIn()
		},
		"a cookie of another center": func(t *testing.T, o *office) string {
			elsewhere, state := newOffice(t).away(t, "idp")
			p := o.person(t)
			p.setCookie("trip", elsewhere.cookie("trip"))
			p.back("idp", state, "dave")
			return p.signedIn()
		},
		"the cookie of a second factor": func(t *testing.T, o *office) string {
			o.enrol(t, "alice")
			p := o.person(t)
			p.signIn("alice", "correct horse")
			p.setCookie("trip", p.cookie("half"))
			p.back("idp", "", "dave")
			return p.signedIn()
		},
		"a code that the provider does not know": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.back("idp", state, "mallory")
			return p.signedIn()
		},
		"an error and a code": func(t *testing.T, o *office) string {
			p, state := o.away(t, "idp")
			p.open("/sign-in/idp/callback?error=x&code=dave&state=" + state)
			return p.signedIn()
		},
	}.run(t)
}

// Nobody is signed in, or sent away to be, by another site or by a link.
func TestAttackLoginCSRF(t *testing.T) {
	bob := url.Values{"username": {"bob"}, "password": {"battery staple"}}
	attacks{
		"a form of another site": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.foreign("/sign-in", bob)
			return p.signedIn()
		},
		"over a session": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("alice", "correct horse")
			p.foreign("/sign-in", bob)
			return strings.TrimPrefix(p.signedIn(), "alice")
		},
		"a link with a password": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.open("/sign-in?" + bob.Encode())
			return p.signedIn()
		},
		"a password beside the form": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.send("/sign-in?"+bob.Encode(), nil)
			return p.signedIn()
		},
		"a trip that another site begins": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.foreign("/sign-in/idp", nil)
			return p.page.Header.Get("Refresh") + p.page.Header.Get("Set-Cookie")
		},
		"a trip that a link begins": func(t *testing.T, o *office) string {
			p := o.person(t).stay()
			p.open("/sign-in/idp")
			return p.page.Header.Get("Refresh") + p.page.Header.Get("Set-Cookie")
		},
		"a code by a link": func(t *testing.T, o *office) string {
			word := o.enrol(t, "alice")
			p := o.person(t)
			p.signIn("alice", "correct horse")
			p.open("/sign-in/code?totp_code=" + o.code(word))
			return p.signedIn()
		},
		"a code by another site": func(t *testing.T, o *office) string {
			word := o.enrol(t, "alice")
			p := o.person(t)
			p.signIn("alice", "correct horse")
			p.foreign("/sign-in/code", url.Values{"totp_code": {o.code(word)}})
			return p.signedIn()
		},
		"signing out by another site": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("alice", "correct horse")
			p.foreign("/sign-out", nil)
			return strings.TrimPrefix("alice", p.signedIn())
		},
		"a session that was there before": func(t *testing.T, o *office) string {
			mallory, victim := o.person(t), o.person(t)
			mallory.signIn("bob", "battery staple")
			victim.setCookie("session", mallory.cookie("session"))
			got := victim.send("/sign-in/idp", nil)
			_, state, _ := strings.Cut(got.Header.Get("Refresh"), "state=")
			if victim.back("idp", state, "dave"); victim.signedIn() != "dave" {
				t.Errorf("the victim is %q", victim.signedIn())
			}
			return strings.TrimPrefix(mallory.signedIn(), "bob")
		},
	}.run(t)
}

// identity is an attack by what a provider says of who came back.
func identity(i signin.Identity) func(t *testing.T, o *office) string {
	return func(t *testing.T, o *office) string {
		o.person(t).signIn("carol", "carol's word")
		before := o.dump(t)
		o.idp.people["dave"] = i
		p := o.person(t)
		p.by("idp", "dave")
		if who := p.signedIn(); who != "" || strings.Contains(o.dump(t), i.ID+" ") && i.ID != "" && !strings.Contains(before, i.ID+" ") {
			return "signed in as " + who
		}
		return ""
	}
}

// Nobody becomes somebody else by what a provider says, and nobody's name breaks
// the lines that it is written in.
func TestAttackIdentity(t *testing.T) {
	attacks{
		"the name of a user here":        identity(signin.Identity{ID: "x", Name: "alice"}),
		"the same in another case":       identity(signin.Identity{ID: "x", Name: "ALICE"}),
		"name and address of a user":     identity(signin.Identity{ID: "x", Name: "alice", Email: "alice@example.com"}),
		"the name of another method's":   identity(signin.Identity{ID: "x", Name: "carol"}),
		"id and name of another's":       identity(signin.Identity{ID: "guid-carol", Name: "carol"}),
		"as if of the other method":      identity(signin.Identity{Method: "corp", ID: "guid-carol", Name: "carol"}),
		"as if of this directory":        identity(signin.Identity{Method: "", ID: "x", Name: "bob"}),
		"no id":                          identity(signin.Identity{Name: "dave"}),
		"an endless id":                  identity(signin.Identity{ID: strings.Repeat("x", 1025), Name: "dave"}),
		"no name":                        identity(signin.Identity{ID: "x"}),
		"a name of 65":                   identity(signin.Identity{ID: "x", Name: strings.Repeat("d", 65)}),
		"a path":                         identity(signin.Identity{ID: "x", Name: "../dave"}),
		"markup":                         identity(signin.Identity{ID: "x", Name: "<b>dave"}),
		"two lines":                      identity(signin.Identity{ID: "x", Name: "dave\nalice"}),
		"a name that looks like another": identity(signin.Identity{ID: "x", Name: "аlice"}), // Cyrillic
		"an ARN's end":                   identity(signin.Identity{ID: "x", Name: "dave:root"}),
		"a nul":                          identity(signin.Identity{ID: "x", Name: "alice\x00"}),
	}.run(t)
}

// Each way lets in those who are from there, with what is theirs.
func TestAttackMethodConfusion(t *testing.T) {
	const known = "word of hers"
	attacks{
		"a provider's user, without a password": func(t *testing.T, o *office) string {
			o.person(t).by("idp", "dave")
			p := o.person(t)
			p.send("/sign-in", url.Values{"username": {"dave"}})
			return p.signedIn()
		},
		"a provider's user at the directory": func(t *testing.T, o *office) string {
			o.person(t).by("idp", "dave")
			o.corp.people["dave"] = colleague{password: known, identity: signin.Identity{ID: "sub-dave", Name: "dave"}}
			p := o.person(t)
			p.signIn("dave", known)
			return p.signedIn()
		},
		"a user here at the directory": func(t *testing.T, o *office) string {
			o.corp.people["alice"] = colleague{password: known, identity: signin.Identity{ID: "x", Name: "alice"}}
			p := o.person(t)
			p.signIn("alice", known)
			return p.signedIn()
		},
		"an administrator at the directory": func(t *testing.T, o *office) string {
			o.exec(t, "UPDATE users SET administrator = 1 WHERE name = 'alice'")
			o.corp.people["ALICE"] = colleague{password: known, identity: signin.Identity{ID: "x", Name: "ALICE"}}
			p := o.person(t)
			p.signIn("ALICE", known)
			return p.signedIn()
		},
		"the name of a user there, which is another's now": func(t *testing.T, o *office) string {
			o.person(t).signIn("carol", "carol's word")
			o.corp.people["carol"] = colleague{password: known, identity: signin.Identity{ID: "guid-new", Name: "carol"}}
			p := o.person(t)
			p.signIn("carol", known)
			return p.signedIn()
		},
		"no password": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("alice", "")
			return p.signedIn()
		},
		"spaces for a password": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("alice", "   ")
			return p.signedIn()
		},
		"the hash for the password": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("alice", "$argon2id$v=19$m=19456,t=2,p=1$bauT5y+Fqs0ARGCrSO+grw$hC7Jr3dbc7Wq/7SbYGQEeSzdOd2vU5485fbRApd8aiw")
			return p.signedIn()
		},
		"groups that are not mapped": func(t *testing.T, o *office) string {
			o.idp.people["dave"] = signin.Identity{ID: "sub-dave", Name: "dave", Groups: []string{"administrators", "Developers", "developers "}}
			p := o.person(t)
			if got := p.by("idp", "dave"); strings.Contains(got.text(), "DeveloperAccount") {
				return got.text()
			}
			return ""
		},
	}.run(t)
}

// With passwords here for administrators alone, others have none here.
func TestAttackAdministratorsOnly(t *testing.T) {
	attacks{
		"another user": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.signIn("bob", "battery staple")
			return p.signedIn()
		},
		"who says so": func(t *testing.T, o *office) string {
			p := o.person(t)
			p.send("/sign-in", url.Values{"username": {"bob"}, "password": {"battery staple"}, "administrator": {"1"}, "method": {"built-in"}})
			return p.signedIn()
		},
	}.run(t, administratorsOnly)
}

// A code is right once, soon, for whom it is, and after the password.
func TestAttackSecondFactor(t *testing.T) {
	half := func(t *testing.T, o *office) (*person, []byte) {
		word := o.enrol(t, "alice")
		p := o.person(t)
		p.signIn("alice", "correct horse")
		return p, word
	}
	typed := func(text func(o *office, word []byte) string) func(t *testing.T, o *office) string {
		return func(t *testing.T, o *office) string {
			p, word := half(t, o)
			p.press("totp_button", "totp_code", text(o, word))
			return p.signedIn()
		}
	}
	at := func(steps int64) func(o *office, word []byte) string {
		return func(o *office, word []byte) string { return totp.Code(word, totp.Step(o.Clock.Now())+steps) }
	}
	attacks{
		"none":                  func(t *testing.T, o *office) string { p, _ := half(t, o); return p.signedIn() },
		"an empty code":         typed(func(*office, []byte) string { return "" }),
		"two steps ago":         typed(at(-2)),
		"two steps ahead":       typed(at(2)),
		"in the first step":     typed(func(_ *office, word []byte) string { return totp.Code(word, 0) }),
		"a digit more":          typed(func(o *office, word []byte) string { return o.code(word) + "0" }),
		"a digit less":          typed(func(o *office, word []byte) string { return o.code(word)[:5] }),
		"two codes":             typed(func(o *office, word []byte) string { return at(0)(o, word) + at(1)(o, word) }),
		"digits of full width":  typed(func(o *office, word []byte) string { return fullWidth(o.code(word)) }),
		"the secret":            typed(func(_ *office, word []byte) string { return totp.Text(word) }),
		"another user's secret": typed(func(o *office, _ []byte) string { return o.code([]byte("12345678901234567890")) }),
		"the same code again": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			p.press("totp_button", "totp_code", o.code(word))
			thief := o.person(t)
			thief.signIn("alice", "correct horse")
			thief.press("totp_button", "totp_code", o.code(word))
			return thief.signedIn()
		},
		"an earlier one after a later": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			p.press("totp_button", "totp_code", at(1)(o, word))
			thief := o.person(t)
			thief.signIn("alice", "correct horse")
			thief.press("totp_button", "totp_code", o.code(word))
			return thief.signedIn()
		},
		"without the password": func(t *testing.T, o *office) string {
			word := o.enrol(t, "alice")
			p := o.person(t)
			p.send("/sign-in/code", url.Values{"totp_code": {o.code(word)}})
			return p.signedIn()
		},
		"after five minutes": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			o.Clock.Advance(5 * time.Minute)
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
		"with another's password": func(t *testing.T, o *office) string {
			word := o.enrol(t, "alice")
			o.enrol(t, "bob")
			p := o.person(t)
			p.signIn("bob", "battery staple")
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
		"with a cookie of another kind": func(t *testing.T, o *office) string {
			word := o.enrol(t, "alice")
			p, _ := o.away(t, "idp")
			p.setCookie("half", p.cookie("trip"))
			p.send("/sign-in/code", url.Values{"totp_code": {o.code(word)}})
			return p.signedIn()
		},
		"with a cookie that was changed": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			sealed := []byte(p.cookie("half"))
			sealed[30] ^= 2
			p.setCookie("half", string(sealed))
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
		"with a password that was": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			o.exec(t, "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE name = 'bob') WHERE name = 'alice'")
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
		"after it was taken away": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			o.exec(t, "DELETE FROM totps")
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
		"of a user who was disabled": func(t *testing.T, o *office) string {
			p, word := half(t, o)
			o.exec(t, "UPDATE users SET disabled = 1 WHERE name = 'alice'")
			p.press("totp_button", "totp_code", o.code(word))
			return p.signedIn()
		},
	}.run(t)
}

func fullWidth(digits string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, digits)
}

// Whatever way somebody signs in, they come out here.
func TestAttackRedirects(t *testing.T) {
	o := newOffice(t)
	word := o.enrol(t, "bob")
	ways := map[string]func(p *person, next string) page{
		"password": func(p *person, next string) page {
			return p.send("/sign-in", url.Values{"username": {"alice"}, "password": {"correct horse"}, "next": {next}})
		},
		"provider": func(p *person, next string) page {
			got := p.send("/sign-in/idp", url.Values{"next": {next}})
			_, address, _ := strings.Cut(got.Header.Get("Refresh"), "state=")
			return p.back("idp", address, "dave")
		},
		"second factor": func(p *person, next string) page {
			o.Clock.Advance(30 * time.Second)
			p.send("/sign-in", url.Values{"username": {"bob"}, "password": {"battery staple"}, "next": {next}})
			return p.send("/sign-in/code", url.Values{"totp_code": {o.code(word)}})
		},
	}
	for _, next := range []string{
		"//evil.example", "///evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
		"/\r\nLocation: https://evil.example", "javascript:alert(1)", "https:evil.example", "http:/evil.example", "evil.example", "//evil.example\\@127.0.0.1",
	} {
		for way, signIn := range ways {
			got := signIn(o.person(t).stay(), next)
			if got.Status != 303 || got.Header.Get("Location") != "/start" {
				t.Errorf("%s: after %q on to %q: %d %s", way, next, got.Header.Get("Location"), got.Status, got.alert())
			}
			o.Clock.Advance(time.Second)
		}
	}
}

// A name that somebody has, here or there, and one that nobody has: the same
// words, and the same work.
func TestAttackEnumeration(t *testing.T) {
	o := newOffice(t)
	o.person(t).by("idp", "dave")
	o.person(t).signIn("carol", "carol's word")
	quickest, words := map[string]time.Duration{}, map[string]bool{}
	// The more tries, the less a busy machine has a part in the quickest.
	for try := 0; try < 5 || try < 40 && !alike(quickest); try++ {
		for _, name := range []string{"alice", "carol", "dave", "nobody"} {
			o.Clock.Advance(time.Minute)
			o.corp.asked = nil
			p, began := o.person(t), time.Now()
			got := p.send("/sign-in", url.Values{"username": {name}, "password": {"wrong"}})
			took := time.Since(began)
			if quickest[name] == 0 || took < quickest[name] {
				quickest[name] = took
			}
			words[strings.ReplaceAll(string(got.Body), name, "NAME")] = true
			elsewhere := name == "alice" || name == "dave"
			if len(o.corp.asked) != 2 || (o.corp.asked[0] == name || o.corp.asked[1] == "wrong") == elsewhere {
				t.Errorf("%s: corp was asked %q", name, o.corp.asked)
			}
		}
	}
	if len(words) != 1 {
		t.Errorf("%d different pages", len(words))
	}
	if !alike(quickest) {
		t.Errorf("names are told apart by time: %v", quickest)
	}
}

func alike(times map[string]time.Duration) bool {
	all := slices.Sorted(maps.Values(times))
	return len(all) > 0 && all[len(all)-1] < all[0]*3/2
}

// Who has the password, and tries codes from many browsers and by many sign-ins,
// gets no more of them looked at than the limit says; a browser of the owner's
// has tries of its own.
func TestGuessingCodes(t *testing.T) {
	o := newOffice(t)
	owner := o.person(t)
	owner.signIn("alice", "correct horse")
	owner.press("sign_out_button")
	word := o.enrol(t, "alice")
	looked := 0
	for range 12 {
		thief := o.person(t)
		o.Clock.Advance(time.Second)
		thief.signIn("alice", "correct horse")
		for range 3 {
			if got := thief.press("totp_button", "totp_code", "000000"); got.Status == 403 {
				looked++
			} else if got.Status != 429 || got.Header.Get("Retry-After") == "" {
				t.Errorf("%d %s", got.Status, got.alert())
			}
		}
	}
	if looked != 5 {
		t.Errorf("%d codes were looked at, want 5", looked)
	}
	thief := o.person(t)
	thief.signIn("alice", "correct horse")
	if thief.press("totp_button", "totp_code", o.code(word)); thief.signedIn() != "" {
		t.Error("the right code, after too many wrong ones")
	}
	owner.signIn("alice", "correct horse")
	if owner.press("totp_button", "totp_code", o.code(word)); owner.signedIn() != "alice" {
		t.Errorf("the owner is locked out: %s", owner.page.alert())
	}
}

// Who makes up answers has no more of them looked at by the provider than the
// limit says; right ones do not count.
func TestGuessingAnswers(t *testing.T) {
	o := newOffice(t)
	for range 45 {
		o.person(t).by("idp", "dave")
	}
	o.idp.asked = 0
	var got page
	for range 45 {
		p := o.person(t)
		if got = p.send("/sign-in/idp", nil); got.Status == 200 {
			_, state, _ := strings.Cut(got.Header.Get("Refresh"), "state=")
			got = p.back("idp", state, "made up")
		}
	}
	if o.idp.asked != 40 || got.Status != 429 || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d answers were looked at, want 40, then %d", o.idp.asked, got.Status)
	}
}
