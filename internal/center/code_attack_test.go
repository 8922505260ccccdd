package center_test

import (
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Only the form of the page that the same browser was shown makes a code.
func TestApprovalIsBoundToTheBrowser(t *testing.T) {
	w := serve(t)
	p, alice, bob := w.program(t), w.person(t), w.person(t)
	bob.signIn("bob", "battery staple")
	bob.open(p.address())
	_, bobs := bob.page.form(t, "cli_login_button")
	alice.signIn("alice", "correct horse")
	_, alices := alice.open(p.address()).form(t, "cli_login_button")
	with := func(values url.Values, pairs ...string) url.Values {
		changed := url.Values{}
		for name := range values {
			changed.Set(name, values.Get(name))
		}
		for i := 0; i < len(pairs); i += 2 {
			changed.Set(pairs[i], pairs[i+1])
		}
		return changed
	}
	text, signature, _ := strings.Cut(bobs.Get("request"), ".")
	before := w.dump(t)
	for name, form := range map[string]url.Values{
		"alice's form":            alices,
		"alice's request":         with(bobs, "request", alices.Get("request")),
		"no form token":           with(bobs, "form_token", ""),
		"no request":              with(bobs, "request", ""),
		"no signature":            with(bobs, "request", text),
		"an empty signature":      with(bobs, "request", text+"."),
		"another text":            with(bobs, "request", "x"+text[1:]+"."+signature),
		"no text":                 with(bobs, "request", "."+signature),
		"no decision":             with(bobs, "decision", ""),
		"another decision":        with(bobs, "decision", "approve"),
		"the plain request":       with(bobs, "request", p.address()),
		"a signature of the text": with(bobs, "request", text+"."+bobs.Get("form_token")),
	} {
		got := bob.stay().send("/authorize", form)
		if got.Status != 403 && got.Status != 400 || got.Header.Get("Location") != "" {
			t.Errorf("%s: %d to %q", name, got.Status, got.Header.Get("Location"))
		}
	}
	if got := bob.stay().open(p.address() + "&" + bobs.Encode()); got.Status != 200 || got.id("cli_login_button") == nil {
		t.Errorf("a GET with the form's fields: %d", got.Status)
	}
	if got := w.person(t).stay().send("/authorize", bobs); !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("a stranger's browser: %d to %q", got.Status, got.Header.Get("Location"))
	}
	w.Clock.Advance(600 * time.Second)
	if got := bob.stay().send("/authorize", bobs); got.Status != 400 {
		t.Errorf("after ten minutes: %d", got.Status)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
}

// Whatever comes with a code and is wrong burns it.
func TestWrongRedemptions(t *testing.T) {
	w := serve(t)
	p, thief, who := w.program(t), w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	for name, pairs := range map[string][]string{
		"no verifier":                 {"codeVerifier", ""},
		"another verifier":            {"codeVerifier", strings.Repeat("x", 43)},
		"a verifier of 42":            {"codeVerifier", verifier[:42]},
		"a verifier of 129":           {"codeVerifier", strings.Repeat("x", 129)},
		"the challenge":               {"codeVerifier", challenge(verifier)},
		"a verifier and more":         {"codeVerifier", verifier + "\n"},
		"no redirect URI":             {"redirectUri", ""},
		"the registered redirect URI": {"redirectUri", "http://127.0.0.1/oauth/callback"},
		"another port":                {"redirectUri", thief.redirectURI},
		"another client":              {"clientId", thief.clientID, "clientSecret", thief.clientSecret},
	} {
		code := p.code(t, who)
		if got := w.redeem(t, p, code, pairs...); got.Status != 400 || got.exception() != "InvalidGrantException" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
		if got := w.redeem(t, p, code); got.exception() != "InvalidGrantException" {
			t.Errorf("%s: the code is still good: %s", name, got.Body)
		}
	}
	code := p.code(t, who)
	for _, pairs := range [][]string{{"clientSecret", "x"}, {"clientId", thief.clientID}} {
		if got := w.redeem(t, p, code, pairs...); got.Status != 401 || got.exception() != "InvalidClientException" {
			t.Errorf("%v: %d %s", pairs, got.Status, got.Body)
		}
	}
	w.Clock.Advance(2 * time.Minute)
	if got := w.redeem(t, p, code); got.exception() != "InvalidGrantException" {
		t.Errorf("an old code: %s", got.Body)
	}
	if got := w.redeem(t, p, ""); got.exception() != "InvalidRequestException" {
		t.Errorf("no code: %s", got.Body)
	}
}

// A verifier has 43 to 128 characters, and an empty one matches no challenge.
func TestVerifierLengths(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	for _, tt := range []struct {
		verifier string
		good     bool
	}{
		{strings.Repeat("a", 43), true}, {strings.Repeat("~", 128), true}, {strings.Repeat("-._~", 16), true},
		{strings.Repeat("a", 42), false}, {strings.Repeat("a", 129), false}, {"", false}, {strings.Repeat("+", 64), false},
	} {
		who.open(p.address("code_challenge", challenge(tt.verifier)))
		who.press("cli_login_button")
		got := w.redeem(t, p, p.answer().Get("code"), "codeVerifier", tt.verifier)
		if (got.Status == 200) != tt.good {
			t.Errorf("verifier of %d: %d %s", len(tt.verifier), got.Status, got.Body)
		}
	}
}

// A code that comes again ends what it gave.
func TestCodeReplay(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	code, other := p.code(t, who), p.code(t, who)
	first, kept := w.redeem(t, p, code).tokens(t), w.redeem(t, p, other).tokens(t)
	second := w.refresh(t, p, first.refresh).tokens(t)
	if got := w.redeem(t, p, code); got.exception() != "InvalidGrantException" {
		t.Errorf("a second time: %s", got.Body)
	}
	if w.alive(t, first.access) || w.alive(t, second.access) {
		t.Error("an access token lives on")
	}
	for _, token := range []string{first.refresh, second.refresh} {
		if got := w.refresh(t, p, token); got.exception() != "InvalidGrantException" {
			t.Errorf("a refresh token lives on: %s", got.Body)
		}
	}
	if !w.alive(t, kept.access) {
		t.Error("another code's token ended too")
	}
}

// A code that comes again and again is recorded and logged once.
func TestCodeReplayIsRecordedOnce(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	code := p.code(t, who)
	w.redeem(t, p, code).tokens(t)
	for range 20 {
		if got := w.redeem(t, p, code); got.exception() != "InvalidGrantException" {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	if got := w.recorded(t, "token reuse"); len(got) != 1 {
		t.Errorf("the audit has %q", got)
	}
	if n := strings.Count(w.Log.String(), "authorization code burnt"); n != 1 {
		t.Errorf("the log has it %d times", n)
	}
}

func TestCodeRace(t *testing.T) {
	w := serve(t)
	p, who := w.program(t), w.person(t)
	who.signIn("alice", "correct horse")
	code := p.code(t, who)
	var succeeded atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			switch got := w.redeem(t, p, code); {
			case got.Status == 200:
				succeeded.Add(1)
			case got.exception() != "InvalidGrantException":
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	if n := succeeded.Load(); n != 1 {
		t.Errorf("%d of 100 redeemers got tokens, want 1", n)
	}
}
