package center_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center"
)

// allowed is a program that alice has just allowed, and its first tokens.
func (w *world) allowed(t *testing.T) (*program, tokens) {
	t.Helper()
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	return p, w.redeem(t, p, p.code(t, who)).tokens(t)
}

// Whoever races for a refresh token gets what the first one got.
func TestRefreshRace(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	answers := make([]answer, 100)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.refresh(t, p, first.refresh) })
	}
	all.Wait()
	want := answers[0].tokens(t)
	for _, got := range answers {
		if got.tokens(t) != want || string(got.Body) != string(answers[0].Body) {
			t.Errorf("%s, want %s", got.Body, answers[0].Body)
		}
	}
	if !w.alive(t, want.access) {
		t.Error("the access token is not good")
	}
	if third := w.refresh(t, p, want.refresh).tokens(t); third == want || !w.alive(t, third.access) {
		t.Error("the next one does not refresh")
	}
}

func TestRefreshGrace(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	second := w.refresh(t, p, first.refresh).tokens(t)
	w.Clock.Advance(30 * time.Second)
	again := w.refresh(t, p, first.refresh)
	if again.tokens(t) != second || again.JSON(t)["expiresIn"] != 3570.0 {
		t.Errorf("within the grace: %s, want %+v with 3570 s", again.Body, second)
	}
	w.Clock.Advance(time.Millisecond)
	if got := w.refresh(t, p, first.refresh); got.Status != 400 || got.exception() != "InvalidGrantException" {
		t.Errorf("after the grace: %d %s", got.Status, got.Body)
	}
	if w.alive(t, first.access) || w.alive(t, second.access) {
		t.Error("an access token of the family lives on")
	}
	if got := w.refresh(t, p, second.refresh); got.exception() != "InvalidGrantException" {
		t.Errorf("the family lives on: %s", got.Body)
	}
}

// Refreshing goes on until the session ends, and no access token outlasts it.
func TestRefreshEndsWithTheSession(t *testing.T) {
	w := serve(t)
	p, last := w.allowed(t)
	for hour := 1; hour < 8; hour++ {
		w.Clock.Advance(time.Hour)
		last = w.refresh(t, p, last.refresh).tokens(t)
	}
	w.Clock.Advance(50 * time.Minute)
	got := w.refresh(t, p, last.refresh)
	if last = got.tokens(t); got.JSON(t)["expiresIn"] != 600.0 {
		t.Errorf("10 minutes before the end: %s", got.Body)
	}
	w.Clock.Advance(10*time.Minute - 10*time.Second)
	again := w.refresh(t, p, last.refresh)
	if got := again.JSON(t)["expiresIn"]; got != 10.0 {
		t.Errorf("10 seconds before the end: %s", again.Body)
	}
	w.Clock.Advance(10 * time.Second)
	if got := w.refresh(t, p, last.refresh); got.exception() != "InvalidGrantException" {
		t.Errorf("at the end, within the grace: %s", got.Body)
	}
	last = again.tokens(t)
	if got := w.refresh(t, p, last.refresh); got.Status != 400 || got.exception() != "InvalidGrantException" || w.alive(t, last.access) {
		t.Errorf("after the end: %d %s", got.Status, got.Body)
	}
}

func TestRefreshTokenOfAnotherClient(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	thief := w.program(t)
	if got := w.refresh(t, thief, first.refresh); got.exception() != "InvalidGrantException" {
		t.Errorf("the thief: %s", got.Body)
	}
	if got := w.refresh(t, p, first.refresh); got.exception() != "InvalidGrantException" || w.alive(t, first.access) {
		t.Errorf("the family lives on: %s", got.Body)
	}
	p, first = w.allowed(t)
	second := w.refresh(t, p, first.refresh).tokens(t)
	if got := w.refresh(t, thief, first.refresh); got.exception() != "InvalidGrantException" || w.alive(t, second.access) {
		t.Errorf("the thief, within the grace: %s", got.Body)
	}
	p, first = w.allowed(t)
	for pair, exception := range map[[2]string]string{
		{"refreshToken", ""}: "InvalidRequestException", {"refreshToken", "x"}: "InvalidGrantException",
		{"refreshToken", first.access}: "InvalidGrantException", {"clientSecret", "x"}: "InvalidClientException",
	} {
		got := w.exchange(t, p, "grantType", "refresh_token", "refreshToken", first.refresh, pair[0], pair[1])
		if got.exception() != exception {
			t.Errorf("%s %q: %s, want %s", pair[0], pair[1], got.Body, exception)
		}
	}
}

func TestLogoutEndsRefreshing(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	second := w.refresh(t, p, first.refresh).tokens(t)
	if got := w.portal(t, "POST", "/logout", first.access); got.Status != 200 {
		t.Fatalf("logout: %d", got.Status)
	}
	if got := w.refresh(t, p, second.refresh); got.exception() != "InvalidGrantException" || w.alive(t, second.access) {
		t.Errorf("after signing out: %s", got.Body)
	}
}

func TestNewPasswordEndsRefreshing(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	const changed = "users: [{name: alice, email: alice@example.com, password: another word}]"
	if _, err := w.Import(t.Context(), strings.NewReader(changed), "new.yaml"); err != nil {
		t.Fatal(err)
	}
	if got := w.refresh(t, p, first.refresh); got.exception() != "InvalidGrantException" || w.alive(t, first.access) {
		t.Errorf("after a new password: %s", got.Body)
	}
}

// The lifetimes of AWS: with scopes an hour and a refresh token, without the
// whole session and none.
func TestLifetimes(t *testing.T) {
	hour, session := 3600.0, 8*3600.0
	for _, tt := range []struct {
		name               string
		scopes, grantTypes []string
		expiresIn          float64
		refresh, roles     bool
	}{
		{"legacy", nil, nil, session, false, true},
		{"session", []string{"sso:account:access"}, nil, hour, true, true},
		{"device only", []string{"sso:account:access"}, []string{"urn:ietf:params:oauth:grant-type:device_code"}, hour, false, true},
		{"no scopes", nil, []string{"urn:ietf:params:oauth:grant-type:device_code", "refresh_token"}, session, false, true},
		{"bearer", []string{"codecatalyst:read_write"}, nil, hour, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(t)
			p := w.program(t, func(in map[string]any) { in["scopes"], in["grantTypes"] = tt.scopes, tt.grantTypes })
			who := w.person(t)
			who.signIn("alice", "correct horse")
			d := w.startDevice(t, device{clientID: p.clientID, clientSecret: p.clientSecret})
			who.decide(d, "cli_login_button")
			got := w.poll(t, d)
			tokens := got.tokens(t)
			if got.JSON(t)["expiresIn"] != tt.expiresIn || (tokens.refresh != "") != tt.refresh || w.alive(t, tokens.access) != tt.roles {
				t.Errorf("%s", got.Body)
			}
			if got := w.refresh(t, p, tokens.refresh); tt.refresh != (got.Status == 200) {
				t.Errorf("refresh: %s", got.Body)
			}
			if got := w.portal(t, "POST", "/logout", tokens.access); got.Status != 200 {
				t.Errorf("logout: %s", got.Body)
			}
		})
	}
}

// Tokens are good at another process of the same center, after a restart too.
func TestRefreshAfterRestart(t *testing.T) {
	w := serve(t)
	p, first := w.allowed(t)
	second := w.refresh(t, p, first.refresh).tokens(t)
	w.stop()
	again := serve(t, func(c *center.Config) { c.Database = w.address })
	if got := again.refresh(t, p, first.refresh).tokens(t); got != second {
		t.Errorf("after a restart %+v, want %+v", got, second)
	}
}
