package center_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSignInAndAllow(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	if want := w.URL + "/device?user_code=" + d.userCode; d.complete != want {
		t.Errorf("verificationUriComplete %s, want %s", d.complete, want)
	}
	p := w.person(t)
	if got := p.open(d.complete); !strings.HasPrefix(got.Path, "/sign-in?") {
		t.Fatalf("a stranger came to %s, want the sign-in", got.Path)
	}
	compare := p.press("sign_in_button", "username", "alice", "password", "correct horse")
	if compare.Path != "/device?user_code="+d.userCode {
		t.Errorf("after the sign-in at %s, want back at the code", compare.Path)
	}
	if got := text(compare.id("code_to_compare")); got != d.userCode {
		t.Errorf("code to compare %q, want %q", got, d.userCode)
	}
	for _, want := range []string{"botocore-client-1795379541", "the same network", "a few seconds ago"} {
		if !strings.Contains(compare.text(), want) {
			t.Errorf("the code page does not say %q: %s", want, compare.text())
		}
	}
	consent := p.press("cli_verification_btn")
	if got := attr(consent.id("cli_login_button"), "data-testid"); got != "allow-access-button" {
		t.Errorf("data-testid %q", got)
	}
	if !strings.Contains(consent.text(), "2 accounts") {
		t.Errorf("the consent page does not count the accounts: %s", consent.text())
	}
	if got := w.poll(t, d).JSON(t)["error"]; got != "authorization_pending" {
		t.Errorf("before the decision: %v", got)
	}
	if got := p.press("cli_login_button").alert(); !strings.Contains(got, "Request approved") {
		t.Errorf("last page: %q", got)
	}
	got := w.poll(t, d)
	m := got.JSON(t)
	if got.Status != 200 || m["tokenType"] != "Bearer" || m["expiresIn"] != float64(8*60*60) || m["accessToken"] == "" {
		t.Errorf("token: %d %s", got.Status, got.Body)
	}
	if _, ok := m["refreshToken"]; ok {
		t.Error("a refresh token that cannot be used")
	}
}

func TestSignInAndDeny(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	if got := p.decide(d, "cli_deny_button").alert(); !strings.Contains(got, "Request denied") {
		t.Errorf("last page: %q", got)
	}
	got := w.poll(t, d)
	if got.Status != 400 || got.Header.Get("x-amzn-ErrorType") != "AccessDeniedException" {
		t.Errorf("poll: %d %s", got.Status, got.Body)
	}
}

func TestTypedCode(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	p.open("/device")
	typed := strings.ToLower(strings.ReplaceAll(d.userCode, "-", " "))
	p.press("cli_verification_btn", "user_code", typed)
	if got := p.press("cli_login_button").alert(); !strings.Contains(got, "Request approved") {
		t.Errorf("last page: %q", got)
	}
}

func TestWrongPassword(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	wrong := p.signIn("alice", "wrong")
	if wrong.Status != 403 || wrong.alert() == "" || wrong.id("password") == nil {
		t.Errorf("%d %s", wrong.Status, wrong.text())
	}
	// Nothing tells whether there is such a person.
	nobody := p.signIn("nobody", "wrong")
	same := strings.ReplaceAll(string(nobody.Body), "nobody", "alice")
	if diff := cmp.Diff(string(wrong.Body), same); diff != "" || nobody.Status != wrong.Status {
		t.Errorf("an unknown name looks different: %d %s", nobody.Status, diff)
	}
	if got := p.open("/start"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("signed in by a wrong password: %s", got.Path)
	}
}

// Whatever is the matter with a code, the page is the same.
func TestCodesThatAreNotValid(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	client := w.register(t)
	used, denied, expired := w.startDevice(t, client), w.startDevice(t, client), w.startDevice(t, client)
	p.decide(used, "cli_login_button")
	p.decide(denied, "cli_deny_button")
	w.Clock.Advance(601 * time.Second)
	var first page
	for i, code := range []string{"BCDF-GHJK", used.userCode, denied.userCode, expired.userCode, "x"} {
		p.open("/device")
		got := p.press("cli_verification_btn", "user_code", code)
		if i == 0 {
			first = got
		}
		if got.Status != 400 || got.alert() == "" || got.id("cli_login_button") != nil {
			t.Errorf("%s: %d %s", code, got.Status, got.text())
		}
		if diff := cmp.Diff(string(first.Body), string(got.Body)); diff != "" {
			t.Errorf("code %d looks different: %s", i, diff)
		}
	}
	if got := p.press("cli_verification_btn", "user_code", "BCDF-GHJL"); got.Status != 429 || got.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth wrong code: %d %s", got.Status, got.text())
	}
}

func TestNobodysAssignments(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	if got := p.signIn("bob", "battery staple"); got.Path != "/start" || got.id("no_assignments") == nil {
		t.Errorf("start page: %s", got.text())
	}
	d := w.startDevice(t, w.register(t))
	p.open(d.complete)
	if got := p.press("cli_verification_btn"); got.id("no_assignments") == nil {
		t.Errorf("consent: %s", got.text())
	}
	if got := p.press("cli_login_button"); got.id("no_assignments") == nil || !strings.Contains(got.alert(), "Request approved") {
		t.Errorf("last page: %s", got.text())
	}
	token := w.poll(t, d).JSON(t)["accessToken"].(string)
	got := w.portal(t, "GET", "/assignment/accounts", token)
	if strings.TrimSpace(string(got.Body)) != `{"accountList":[]}` {
		t.Errorf("accounts: %s", got.Body)
	}
}

func TestStartPage(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	start := p.signIn("alice", "correct horse")
	var names []string
	for _, h := range start.tags("h2") {
		names = append(names, text(h))
	}
	if diff := cmp.Diff([]string{"ProductionAccount", "DeveloperAccount", "All accounts at once"}, names); diff != "" {
		t.Error(diff)
	}
	var roles []string
	for _, s := range start.tags("summary") {
		roles = append(roles, text(s))
	}
	if diff := cmp.Diff([]string{"ReadOnly", "ReadOnly", "FullAccess"}, roles); diff != "" {
		t.Error(diff)
	}
	if got := p.press("sign_out_button"); !strings.Contains(got.text(), "signed out") {
		t.Errorf("sign-out: %s", got.text())
	}
	if got := p.open("/start"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("still signed in: %s", got.Path)
	}
}
