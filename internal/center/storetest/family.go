package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
)

// code puts a client and the code that alice allowed it in.
func code(t *testing.T, s Store, name string) oauth.CodeGrant {
	t.Helper()
	must(t, s.PutClient(t.Context(), oauth.Client{ID: "c-" + name, SecretHash: hash(name), Created: start, Expires: start.Add(90 * 24 * time.Hour)}))
	g := oauth.CodeGrant{
		CodeHash: hash("code " + name), ClientID: "c-" + name, UserID: "u-alice", SessionHash: hash("browser"),
		RedirectURI: "http://127.0.0.1:1234/cb", Challenge: "challenge", Address: "192.0.2.9", Scopes: []string{"a:b", "c"},
		Status: oauth.Approved, Created: start, Expires: start.Add(time.Minute),
	}
	browse(t, s, "browser")
	must(t, s.PutCode(t.Context(), g))
	return g
}

// browse puts in a browser in which alice is signed in, unless it is there.
func browse(t *testing.T, s Store, name string) {
	t.Helper()
	if _, err := s.Session(t.Context(), hash(name), start); errors.Is(err, signin.ErrNotFound) {
		must(t, s.PutSession(t.Context(), session(name)))
	}
}

func family(g oauth.CodeGrant) oauth.Family {
	return oauth.Family{ID: g.CodeHash, ClientID: g.ClientID, Scopes: g.Scopes, Expires: start.Add(8 * time.Hour)}
}

// some are the hashes of tokens by that name.
func some(name string) oauth.Tokens {
	return oauth.Tokens{AccessHash: hash("access " + name), RefreshHash: hash("refresh " + name), Expires: start.Add(time.Hour)}
}

func testCodes(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	want := code(t, s, "a")
	want.UserName = "Alice"
	got, err := s.Code(ctx, want.CodeHash)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Code(ctx, hash("other")); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an unknown code: %v", err)
	}
	if err := s.RedeemCode(ctx, family(want), some("x"), want.Expires); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("at its last moment: %v", err)
	}
	stranger := family(want)
	stranger.ClientID = "c-b"
	if err := s.RedeemCode(ctx, stranger, some("x"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("another client: %v", err)
	}
	must(t, s.RedeemCode(ctx, family(want), some("a"), start))
	token, err := s.Token(ctx, hash("access a"), start)
	must(t, err)
	wantToken := oauth.Token{Hash: hash("access a"), ClientID: "c-a", UserID: "u-alice", UserName: "Alice", SessionHash: hash("browser"),
		FamilyID: want.CodeHash, Scopes: []string{"a:b", "c"}, Expires: start.Add(time.Hour)}
	if diff := cmp.Diff(wantToken, token); diff != "" {
		t.Error(diff)
	}
	must(t, s.BurnCode(ctx, want.CodeHash))
	ended(t, s, "a")
	burnt := code(t, s, "b")
	must(t, s.BurnCode(ctx, burnt.CodeHash))
	if err := s.RedeemCode(ctx, family(burnt), some("b"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a burnt code: %v", err)
	}
	if err := s.BurnCode(ctx, burnt.CodeHash); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("burnt again: %v", err)
	}
}

// ended checks that tokens of this name are worth nothing.
func ended(t *testing.T, s Store, name string) {
	t.Helper()
	if _, err := s.Token(t.Context(), hash("access "+name), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("access token %s: %v", name, err)
	}
	if _, err := s.RefreshToken(t.Context(), hash("refresh "+name)); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("refresh token %s: %v", name, err)
	}
}

func testRedeemCodeOnce(t *testing.T, s Store) {
	fill(t, s)
	f := family(code(t, s, "a"))
	oneOfMany(t, func(i int) error { return s.RedeemCode(t.Context(), f, some(fmt.Sprint(i)), start) })
}

// oneOfMany does something a hundred times at once that must succeed once.
func oneOfMany(t *testing.T, do func(i int) error) {
	t.Helper()
	var succeeded atomic.Int32
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			switch err := do(i); {
			case err == nil:
				succeeded.Add(1)
			case !errors.Is(err, oauth.ErrNotFound):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := succeeded.Load(); n != 1 {
		t.Errorf("%d of 100 succeeded, want 1", n)
	}
}

func testRotate(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g := code(t, s, "a")
	must(t, s.RedeemCode(ctx, family(g), some("1"), start))
	got, err := s.RefreshToken(ctx, hash("refresh 1"))
	must(t, err)
	want := oauth.RefreshToken{Hash: hash("refresh 1"), Family: family(g), UserID: "u-alice", UserName: "Alice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	end := start.Add(8 * time.Hour)
	if err := s.Rotate(ctx, want.Hash, g.ClientID, some("2"), end); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("after the end: %v", err)
	}
	if err := s.Rotate(ctx, want.Hash, "c-b", some("2"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("another client: %v", err)
	}
	must(t, s.Rotate(ctx, want.Hash, g.ClientID, some("2"), start.Add(time.Minute)))
	if err := s.Rotate(ctx, want.Hash, g.ClientID, some("3"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	if got, err = s.RefreshToken(ctx, want.Hash); err != nil || !got.Used.Equal(start.Add(time.Minute)) {
		t.Errorf("used %v, %v", got.Used, err)
	}
	for _, access := range []string{"access 1", "access 2"} {
		if _, err := s.Token(ctx, hash(access), start); err != nil {
			t.Errorf("%s: %v", access, err)
		}
	}
	must(t, s.EndFamily(ctx, g.CodeHash))
	ended(t, s, "1")
	ended(t, s, "2")
}

func testRotateOnce(t *testing.T, s Store) {
	fill(t, s)
	g := code(t, s, "a")
	must(t, s.RedeemCode(t.Context(), family(g), some("1"), start))
	oneOfMany(t, func(i int) error {
		return s.Rotate(t.Context(), hash("refresh 1"), g.ClientID, some(fmt.Sprint("2", i)), start)
	})
}

// Signing out ends the family of the token, and no other.
func testFamilyLogout(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	a, b := code(t, s, "a"), code(t, s, "b")
	must(t, s.RedeemCode(ctx, family(a), some("a"), start))
	must(t, s.RedeemCode(ctx, family(b), some("b"), start))
	token, err := s.Token(ctx, hash("access a"), start)
	must(t, err)
	must(t, s.RevokeToken(ctx, token))
	ended(t, s, "a")
	if _, err := s.RefreshToken(ctx, hash("refresh b")); err != nil {
		t.Errorf("another program is signed out too: %v", err)
	}
}

// A new password ends what was allowed with the old one, fetched or not.
func testFamilyNewPassword(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	a, b, device := code(t, s, "a"), code(t, s, "b"), grant(t, s, "d")
	must(t, s.RedeemCode(ctx, family(a), some("a"), start))
	must(t, s.DecideDevice(ctx, device.UserCodeMAC, oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("browser")}, start))
	alice := directory.User{ID: "u-alice", Name: "alice", PasswordHash: "another hash"}
	must(t, s.Apply(ctx, directory.Change{Users: []directory.User{alice}}))
	ended(t, s, "a")
	if err := s.RedeemCode(ctx, family(b), some("b"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a code that was not fetched: %v", err)
	}
	if err := redeem(t, s, device, "token", start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a device code that was not fetched: %v", err)
	}
}

func testFamilySweep(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	must(t, s.RedeemCode(ctx, family(code(t, s, "a")), some("1"), start))
	// The code, the access token of an hour and the browser go; the family goes on.
	if n, err := s.Sweep(ctx, start.Add(3*time.Hour)); n != 3 || err != nil {
		t.Errorf("swept %d rows, want 3 (%v)", n, err)
	}
	if _, err := s.RefreshToken(ctx, hash("refresh 1")); err != nil {
		t.Errorf("the refresh token: %v", err)
	}
	if n, err := s.Sweep(ctx, start.Add(10*time.Hour)); n != 1 || err != nil {
		t.Errorf("swept %d rows, want the family (%v)", n, err)
	}
	ended(t, s, "1")
}
