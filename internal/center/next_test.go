package center_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/signin"
)

// longest is an address of a page here, as long as one may be, of what takes the
// most room wherever it is written.
func longest(fill string) string {
	path := "/device?user_code=BCDF-GHJK&x="
	return (path + strings.Repeat(fill, signin.MaxPath))[:signin.MaxPath]
}

// Wherever a sign-in leads through, the person comes back to the page that they
// asked for, however long its address is: no cookie of it is longer than browsers
// keep, under the longest names of a method and a cookie.
func TestLongestAddress(t *testing.T) {
	o := newOffice(t)
	o.idp.name = strings.Repeat("i", 32)
	o.person(t).by(o.idp.name, "dave")
	bobs, daves := o.enrol(t, "bob"), o.enrol(t, "dave")
	fits := func(p *person) {
		t.Helper()
		for _, cookie := range p.page.Header.Values("Set-Cookie") {
			// "At least 4096 bytes per cookie (as measured by the sum of the length of
			// the cookie's name, value, and attributes)" (RFC 6265, section 6.1).
			if n := len("__Host-") + len(cookie) + len("; Secure"); n > 4096 {
				t.Errorf("a cookie of %d bytes: %.40s…", n, cookie)
			}
		}
	}
	for _, fill := range []string{"x", "&", "<", "'", "~"} {
		next := longest(fill)
		ways := map[string]func(p *person){
			"password": func(p *person) {
				p.send("/sign-in", url.Values{"username": {"alice"}, "password": {"correct horse"}, "next": {next}})
			},
			"second factor": func(p *person) {
				p.send("/sign-in", url.Values{"username": {"bob"}, "password": {"battery staple"}, "next": {next}})
				fits(p)
				p.send("/sign-in/code", url.Values{"totp_code": {o.code(bobs)}})
			},
			"provider and second factor": func(p *person) {
				got := p.send("/sign-in/"+o.idp.name, url.Values{"next": {next}})
				fits(p)
				_, state, _ := strings.Cut(got.Header.Get("Refresh"), "state=")
				p.back(o.idp.name, state, "dave")
				fits(p)
				p.send("/sign-in/code", url.Values{"totp_code": {o.code(daves)}})
			},
		}
		for way, signIn := range ways {
			p := o.person(t).stay()
			signIn(p)
			if got := p.page; got.Status != 303 || got.Header.Get("Location") != next {
				t.Errorf("%s with %q: %d to %.80q: %s", way, fill, got.Status, got.Header.Get("Location"), got.alert())
			}
		}
		o.Clock.Advance(30 * time.Second) // for the next code
	}
}

// What no browser sends, or is too long, leads to the start page.
func TestNoAddress(t *testing.T) {
	w := serve(t)
	for _, next := range []string{longest("x") + "x", "/start?q=é", "/start?q=\xff", "/start?q=\"", "/start?q=a b", "/start?q=\u2028"} {
		p := w.person(t).stay()
		got := p.send("/sign-in", url.Values{"username": {"alice"}, "password": {"correct horse"}, "next": {next}})
		if got.Status != 303 || got.Header.Get("Location") != "/start" {
			t.Errorf("%.40q: %d to %.80q", next, got.Status, got.Header.Get("Location"))
		}
	}
}

// A program may ask with all that AWS's clients say and the longest state; a
// request that could not come back is refused before anybody signs in.
func TestLongestRequest(t *testing.T) {
	o := newOffice(t)
	scopes := strings.Repeat("codewhisperer:transformations ", 10)
	program := o.program(t, func(in map[string]any) { in["scopes"] = strings.Fields(scopes) })
	address := program.address("state", strings.Repeat("/", 512), "scopes", scopes)
	p := o.person(t)
	p.open(address)
	if got := p.back("idp", p.leave("idp"), "dave"); got.Status != 200 || !strings.HasPrefix(got.Path, "/authorize?") || got.id("cli_login_button") == nil {
		t.Errorf("after the sign-in at %.80s: %s", got.Path, got.text())
	}
	p.press("cli_login_button")
	if got := program.answer(); got.Get("code") == "" || len(got.Get("state")) != 512 {
		t.Errorf("the program was told %v", got)
	}
	address = program.address("x", strings.Repeat("x", signin.MaxPath))
	if got := o.person(t).open(address); got.Status != 400 || !strings.Contains(got.text(), "too long") {
		t.Errorf("%d %s", got.Status, got.text())
	}
}
