package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
)

// signedIn puts in what alice and bob have signed in: each a browser and a
// client, alice a second browser since a minute.
func signedIn(t *testing.T, s Store) {
	t.Helper()
	ctx := t.Context()
	fill(t, s)
	for _, b := range []signin.Session{
		{Hash: hash("old"), User: directory.User{ID: "u-alice", PasswordHash: "hash"}, Address: "192.0.2.1", Browser: "Firefox on Linux", Created: start, Expires: start.Add(time.Hour)},
		{Hash: hash("new"), User: directory.User{ID: "u-alice", PasswordHash: "hash"}, Address: "192.0.2.2", Created: start.Add(time.Minute), Expires: start.Add(time.Hour)},
		{Hash: hash("bob"), User: directory.User{ID: "u-bob"}, Created: start, Expires: start.Add(time.Hour)},
	} {
		must(t, s.PutSession(ctx, b))
	}
	g := grant(t, s, "a")
	must(t, s.DecideDevice(ctx, g.UserCodeMAC, oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("old")}, start))
	must(t, redeem(t, s, g, "alice", start))
	g = grant(t, s, "b")
	must(t, s.DecideDevice(ctx, g.UserCodeMAC, oauth.Decision{Status: oauth.Approved, UserID: "u-bob", SessionHash: hash("bob")}, start))
	must(t, redeem(t, s, g, "bob", start))
}

func testSignedIn(t *testing.T, s Store) {
	ctx := t.Context()
	signedIn(t, s)
	sessions, err := s.Sessions(ctx, "u-alice", start)
	must(t, err)
	want := []signin.Session{
		{Hash: hash("new"), Address: "192.0.2.2", Created: start.Add(time.Minute), Expires: start.Add(time.Hour)},
		{Hash: hash("old"), Address: "192.0.2.1", Browser: "Firefox on Linux", Created: start, Expires: start.Add(time.Hour)},
	}
	if diff := cmp.Diff(want, sessions); diff != "" {
		t.Error(diff)
	}
	clients, err := s.Clients(ctx, "u-alice", start)
	must(t, err)
	wantClients := []oauth.SignedIn{{FamilyID: hash("device a"), ClientName: "client a", Address: "192.0.2.1",
		Created: start, Expires: start.Add(8 * time.Hour)}}
	if diff := cmp.Diff(wantClients, clients); diff != "" {
		t.Error(diff)
	}
	late, err := s.Sessions(ctx, "u-alice", start.Add(time.Hour))
	must(t, err)
	later, err := s.Clients(ctx, "u-alice", start.Add(8*time.Hour))
	must(t, err)
	if len(late)+len(later) > 0 {
		t.Errorf("expired: %d sessions and %d clients", len(late), len(later))
	}
}

// The address of a family is that of its device grant, or of the browser in
// which its code was allowed.
func testAddressOfCode(t *testing.T, s Store) {
	fill(t, s)
	g := code(t, s, "a")
	must(t, s.RedeemCode(t.Context(), family(g), some("a"), start))
	clients, err := s.Clients(t.Context(), "u-alice", start)
	if err != nil || len(clients) != 1 || clients[0].Address != g.Address {
		t.Errorf("clients %+v, %v, want one from %s", clients, err, g.Address)
	}
}

// One's own is ended alone, somebody else's not at all.
func testEndOne(t *testing.T, s Store) {
	ctx := t.Context()
	signedIn(t, s)
	if err := s.EndSession(ctx, "u-bob", hash("old")); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("another user's session: %v", err)
	}
	if err := s.EndClient(ctx, "u-bob", hash("device a")); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("another user's client: %v", err)
	}
	have(t, s, "u-alice", 2, 1)
	must(t, s.EndSession(ctx, "u-alice", hash("old")))
	have(t, s, "u-alice", 1, 1)
	must(t, s.EndClient(ctx, "u-alice", hash("device a")))
	have(t, s, "u-alice", 1, 0)
	have(t, s, "u-bob", 1, 1)
	if _, err := s.Token(ctx, hash("alice"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("the client's token: %v", err)
	}
}

// What a browser allowed and nobody fetched ends with it.
func testEndAllowed(t *testing.T, s Store) {
	ctx := t.Context()
	signedIn(t, s)
	d, c := grant(t, s, "c"), code(t, s, "d") // the code is allowed in "browser"
	must(t, s.DecideDevice(ctx, d.UserCodeMAC, oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("browser")}, start))
	must(t, s.EndSession(ctx, "u-alice", hash("browser")))
	if err := redeem(t, s, d, "token", start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a device code: %v", err)
	}
	if err := s.RedeemCode(ctx, family(c), some("x"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an authorization code: %v", err)
	}
	have(t, s, "u-alice", 2, 1)
}

func testEndAll(t *testing.T, s Store) {
	ctx := t.Context()
	signedIn(t, s)
	must(t, s.EndOthers(ctx, "u-alice", hash("new")))
	have(t, s, "u-alice", 1, 0)
	if _, err := s.Session(ctx, hash("new"), start); err != nil {
		t.Errorf("the session that was to stay: %v", err)
	}
	c := code(t, s, "d")
	must(t, s.EndAll(ctx, "u-alice"))
	have(t, s, "u-alice", 0, 0)
	if err := s.RedeemCode(ctx, family(c), some("x"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a code that was not fetched: %v", err)
	}
	have(t, s, "u-bob", 1, 1)
}

func have(t *testing.T, s Store, userID string, sessions, clients int) {
	t.Helper()
	browsers, err := s.Sessions(t.Context(), userID, start)
	must(t, err)
	programs, err := s.Clients(t.Context(), userID, start)
	must(t, err)
	if len(browsers) != sessions || len(programs) != clients {
		t.Errorf("%s has %d sessions and %d clients, want %d and %d", userID, len(browsers), len(programs), sessions, clients)
	}
}
