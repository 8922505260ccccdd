package center_test

import (
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/totp"
)

// mayApprove reports whether the person's session is enough to allow a new code.
// If not, the person is on the page that asks again.
func (o *office) mayApprove(t *testing.T, p *person) bool {
	t.Helper()
	d := o.startDevice(t, o.register(t))
	p.open(d.complete)
	got := p.press("cli_verification_btn")
	if !strings.HasPrefix(got.Path, "/sign-in?again=1") {
		p.press("cli_login_button")
		return o.poll(t, d).Status == 200
	}
	if got.id("password") == nil && got.id("sign_in_with_idp") == nil {
		t.Fatalf("no way to go on: %s", got.text())
	}
	return false
}

// A provider that lets a browser in that it knows shows nobody's face: what counts
// is when it says that the person signed in there.
func TestProvedAtAProvider(t *testing.T) {
	const says, older = "does not say when you signed in", "did not ask you to sign in again"
	never := time.Duration(-1)
	for name, tt := range map[string]struct {
		first, again time.Duration // ago, when the provider says that it was
		fresh        bool          // after the first sign-in
		refused      string        // what the second is answered with, "" if it counts
	}{
		"signed in just now":                    {0, 0, true, ""},
		"signed in 14 minutes ago":              {14 * time.Minute, 0, true, ""},
		"signed in 15 minutes ago":              {15 * time.Minute, 0, false, ""},
		"let in hours later":                    {7 * time.Hour, time.Minute, false, ""},
		"let in hours later, again":             {7 * time.Hour, 7 * time.Hour, false, older},
		"let in hours later, before it left":    {7 * time.Hour, 11 * time.Minute, false, older},
		"does not say when":                     {never, never, false, says},
		"says when only if asked to ask":        {never, time.Second, false, ""},
		"does not say when, asked to ask":       {7 * time.Hour, never, false, says},
		"its clock is a minute ahead":           {-50 * time.Second, -50 * time.Second, true, ""},
		"its clock is ahead, on the second way": {time.Hour, -50 * time.Second, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			at := func(ago time.Duration) time.Time {
				if ago == never {
					return time.Time{}
				}
				return o.Clock.Now().Add(-ago)
			}
			dave := o.person(t)
			o.idp.proved = at(tt.first)
			if got := dave.by("idp", "dave"); got.Path != "/start" {
				t.Fatalf("dave is at %s: %s", got.Path, got.alert())
			}
			if got := o.mayApprove(t, dave); got != tt.fresh {
				t.Fatalf("the first sign-in is enough: %v", got)
			}
			if tt.fresh {
				o.Clock.Advance(15 * time.Minute)
				if o.mayApprove(t, dave) {
					t.Fatal("still enough, a quarter of an hour later")
				}
			}
			o.idp.proved = at(tt.again)
			got := dave.back("idp", dave.leave("idp"), "dave")
			if tt.refused == "" {
				if !strings.HasPrefix(got.Path, "/device?user_code=") || !o.mayApprove(t, dave) {
					t.Errorf("dave is at %s: %s", got.Path, got.alert())
				}
				return
			}
			if got.Status != 403 || !strings.Contains(got.alert(), tt.refused) || got.id("sign_in_with_idp") == nil || got.id("password") != nil {
				t.Errorf("%d %s", got.Status, got.text())
			}
			if dave.signedIn() != "dave" || o.mayApprove(t, dave) {
				t.Error("the session did not go on as it was")
			}
			o.stop()
			if log := o.Log.String(); !strings.Contains(log, "confirmation refused: the provider") || !strings.Contains(log, `"method":"idp","user":"dave"`) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}

// A code of a second factor that is kept here confirms it, whatever the provider
// does. It takes the code: the way to the provider and back is not enough.
func TestProvedByACode(t *testing.T) {
	o := newOffice(t)
	dave := o.person(t)
	dave.by("idp", "dave")
	word := o.enrol(t, "dave")
	for range 2 {
		if o.mayApprove(t, dave) {
			t.Fatal("a session is enough that the provider said nothing of")
		}
		if got := dave.back("idp", dave.leave("idp"), "dave"); got.id("totp_code") == nil {
			t.Fatalf("no page for the code: %d %s", got.Status, got.text())
		}
	}
	if got := dave.press("totp_button", "totp_code", "000000"); got.Status != 403 || o.mayApprove(t, dave) {
		t.Errorf("a wrong code: %d %s", got.Status, got.alert())
	}
	dave.back("idp", dave.leave("idp"), "dave")
	if got := dave.press("totp_button", "totp_code", o.code(word)); !strings.HasPrefix(got.Path, "/device?user_code=") || !o.mayApprove(t, dave) {
		t.Errorf("after the code at %s: %s", got.Path, got.alert())
	}
}

// Passwords, wherever they are kept, prove it when they are typed; a code after
// one when that is.
func TestProvedByAPassword(t *testing.T) {
	o := newOffice(t)
	word := o.enrol(t, "bob")
	for name, password := range map[string]string{"alice": "correct horse", "carol": "carol's word", "bob": "battery staple"} {
		p := o.person(t)
		p.signIn(name, password)
		if name == "bob" {
			o.Clock.Advance(4 * time.Minute)
			p.press("totp_button", "totp_code", totp.Code(word, totp.Step(o.Clock.Now())))
		}
		o.Clock.Advance(15*time.Minute - time.Second)
		if !o.mayApprove(t, p) {
			t.Errorf("%s is asked again too early: %s", name, p.page.text())
		}
		o.Clock.Advance(time.Second)
		if o.mayApprove(t, p) {
			t.Errorf("%s is not asked again", name)
		}
	}
}

// A session of an older program, which did not keep when the person proved it,
// goes on and is asked once more.
func TestProvedBefore(t *testing.T) {
	o := newOffice(t)
	p := o.person(t)
	p.signIn("alice", "correct horse")
	o.exec(t, "UPDATE sessions SET proved = 0")
	if p.signedIn() != "alice" || o.mayApprove(t, p) {
		t.Error("it counts as proved, or ended")
	}
	p.press("sign_in_button", "password", "correct horse")
	if !o.mayApprove(t, p) {
		t.Errorf("asked once more: %s", p.page.text())
	}
}
