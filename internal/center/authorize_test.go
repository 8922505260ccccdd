package center_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAuthorizationCode(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	if got := who.open(p.address()); !strings.HasPrefix(got.Path, "/sign-in?") {
		t.Fatalf("a stranger came to %s, want the sign-in", got.Path)
	}
	consent := who.press("sign_in_button", "username", "alice", "password", "correct horse")
	if !strings.HasPrefix(consent.Path, "/authorize?") {
		t.Fatalf("after the sign-in at %s", consent.Path)
	}
	callback := strings.TrimSuffix(strings.TrimPrefix(p.redirectURI, "http://"), "/oauth/callback")
	for _, want := range []string{"botocore-client-corp", "2 accounts", "sso:account:access", callback, "this computer"} {
		if !strings.Contains(consent.text(), want) {
			t.Errorf("the consent page does not say %q: %s", want, consent.text())
		}
	}
	if got := consent.Header.Get("Content-Security-Policy"); !strings.Contains(got, "; form-action 'self' http://"+callback+";") {
		t.Errorf("the browser may not follow the answer: %s", got)
	}
	if got := p.answer(); got != nil {
		t.Fatalf("an answer before the decision: %v", got)
	}
	who.press("cli_login_button")
	answer := p.answer()
	if len(answer) != 2 || len(answer.Get("code")) != 43 || answer.Get("state") != "a state" {
		t.Fatalf("answer %v", answer)
	}
	got := w.redeem(t, p, answer.Get("code"))
	first := got.tokens(t)
	if m := got.JSON(t); m["tokenType"] != "Bearer" || m["expiresIn"] != 3600.0 || len(first.access) != 43 || len(first.refresh) != 43 {
		t.Errorf("%s", got.Body)
	}
	if !w.alive(t, first.access) {
		t.Error("the access token is not good")
	}
	w.Clock.Advance(time.Hour)
	if w.alive(t, first.access) {
		t.Error("the access token is good after its hour")
	}
	if second := w.refresh(t, p, first.refresh).tokens(t); !w.alive(t, second.access) || second.refresh == first.refresh {
		t.Errorf("refreshed: %+v", second)
	}
}

func TestAuthorizationCodeDenied(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	who.open(p.address("scopes", "", "scope", "sso:account:access"))
	who.press("cli_deny_button")
	answer := p.answer()
	answer.Del("error_description")
	if diff := cmp.Diff(map[string][]string{"error": {"access_denied"}, "state": {"a state"}}, map[string][]string(answer)); diff != "" {
		t.Error(diff)
	}
}
