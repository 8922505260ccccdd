package center_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Who signed in long ago types the password again before a code is allowed, and
// cannot get around it by sending the last form at once.
func TestPasswordAgainForACode(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	w.Clock.Advance(15 * time.Minute)
	d := w.startDevice(t, w.register(t))
	_, form := p.open(d.complete).form(t, "cli_verification_btn")
	allow := url.Values{"form_token": form["form_token"], "user_code": {d.userCode}, "decision": {"allow"}}
	if got := p.stay().send("/device/consent", allow); got.Status != 303 || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("straight to the consent: %d to %q", got.Status, got.Header.Get("Location"))
	}
	again := p.press("cli_verification_btn")
	if again.id("password") == nil {
		t.Fatalf("no password is asked for: %s", again.text())
	}
	for _, path := range []string{"/device/consent", "/device"} {
		if got := p.stay().send(path, allow); got.Status != 303 || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s while the password is asked for: %d", path, got.Status)
		}
	}
	p.press("sign_in_button", "password", "wrong")
	if got := p.stay().send("/device/consent", allow); got.Status != 303 {
		t.Errorf("after a wrong password: %d", got.Status)
	}
	if got := w.poll(t, d); got.exception() != "AuthorizationPendingException" {
		t.Fatalf("the code is %s", got.Body)
	}
	p.page = again
	if got := p.press("sign_in_button", "password", "correct horse"); got.Path != "/device?user_code="+d.userCode {
		t.Fatalf("after the password at %s: %s", got.Path, got.text())
	}
	p.press("cli_verification_btn")
	if got := p.press("cli_login_button").alert(); !strings.Contains(got, "Request approved") {
		t.Errorf("last page: %q", got)
	}
	if got := w.poll(t, d); got.Status != 200 {
		t.Errorf("poll: %s", got.Body)
	}
}

// Denying needs no password: it can be done at once.
func TestNoPasswordToDeny(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	w.Clock.Advance(time.Hour)
	d := w.startDevice(t, w.register(t))
	p.open(d.complete)
	if got := p.press("cli_deny_button").alert(); !strings.Contains(got, "Request denied") {
		t.Errorf("last page: %q", got)
	}
	if got := w.poll(t, d); got.exception() != "AccessDeniedException" {
		t.Errorf("poll: %s", got.Body)
	}
}
