package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/oauth"
)

var expires = start.Add(10 * time.Minute)

// grant puts a client and its pending grant in.
func grant(t *testing.T, s Store, name string) oauth.DeviceGrant {
	t.Helper()
	must(t, s.PutClient(t.Context(), oauth.Client{ID: "c-" + name, SecretHash: hash(name), Name: "client " + name,
		Created: start, Expires: start.Add(time.Hour)}))
	g := oauth.DeviceGrant{
		DeviceHash: hash("device " + name), UserCodeMAC: hash("code " + name), ClientID: "c-" + name,
		StartURL: "https://x/start", Address: "192.0.2.1", Status: oauth.Pending, Created: start, Expires: expires,
	}
	must(t, s.PutDevice(t.Context(), g))
	g.ClientName = "client " + name
	return g
}

func testDevice(t *testing.T, s Store) {
	ctx := t.Context()
	want := grant(t, s, "a")
	got, err := s.Device(ctx, want.DeviceHash)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = s.PendingDevice(ctx, want.UserCodeMAC, expires.Add(-time.Millisecond))
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := s.PendingDevice(ctx, want.UserCodeMAC, expires); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a grant at its last moment: %v", err)
	}
	if _, err := s.Device(ctx, hash("other")); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an unknown device code: %v", err)
	}
	if _, err := s.Client(ctx, "c-b"); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an unknown client: %v", err)
	}
	c := oauth.Client{ID: "c-c", SecretHash: hash("c"), Name: "c", Scopes: []string{"a:b", "c"}, GrantTypes: []string{"x"},
		RedirectURIs: []string{"http://127.0.0.1/cb"}, IssuerURL: "https://x", Created: start, Expires: expires}
	must(t, s.PutClient(ctx, c))
	if got, err := s.Client(ctx, "c-c"); err != nil || !cmp.Equal(c, got) {
		t.Errorf("client: %v %s", err, cmp.Diff(c, got))
	}
}

func testDecideOnce(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g := grant(t, s, "a")
	browse(t, s, "session")
	allow := oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("session")}
	if err := s.DecideDevice(ctx, g.UserCodeMAC, allow, expires); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("too late: %v", err)
	}
	deny := oauth.Decision{Status: oauth.Denied, UserID: "u-alice", SessionHash: hash("session")}
	must(t, s.DecideDevice(ctx, g.UserCodeMAC, deny, start))
	if err := s.DecideDevice(ctx, g.UserCodeMAC, allow, start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("decided twice: %v", err)
	}
	got, err := s.Device(ctx, g.DeviceHash)
	must(t, err)
	if got.Status != oauth.Denied {
		t.Errorf("status %s", got.Status)
	}
	if err := redeem(t, s, g, "token", start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a denied grant: %v", err)
	}
	if _, err := s.Token(ctx, hash("token"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("it gave a token: %v", err)
	}
	burnt := grant(t, s, "b")
	must(t, s.DecideDevice(ctx, burnt.UserCodeMAC, allow, start))
	must(t, s.BurnDevice(ctx, burnt.DeviceHash))
	if err := redeem(t, s, burnt, "token", start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a burnt grant: %v", err)
	}
}

func redeem(t *testing.T, s Store, g oauth.DeviceGrant, token string, now time.Time) error {
	f := oauth.Family{ID: g.DeviceHash, ClientID: g.ClientID, Scopes: []string{"a:b", "c"}, Expires: now.Add(8 * time.Hour)}
	return s.RedeemDevice(t.Context(), f, oauth.Tokens{AccessHash: hash(token), Expires: now.Add(time.Hour)}, now)
}

func testRedeemOnce(t *testing.T, s Store) {
	fill(t, s)
	g := grant(t, s, "a")
	browse(t, s, "session")
	allow := oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("session")}
	must(t, s.DecideDevice(t.Context(), g.UserCodeMAC, allow, start))
	stranger := g
	stranger.ClientID = "c-b"
	if err := redeem(t, s, stranger, "token", start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("another client: %v", err)
	}
	oneOfMany(t, func(i int) error { return redeem(t, s, g, fmt.Sprint("token ", i), start) })
}

func testTokens(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g := grant(t, s, "a")
	must(t, s.PutSession(ctx, session("browser")))
	allow := oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("browser")}
	must(t, s.DecideDevice(ctx, g.UserCodeMAC, allow, start))
	must(t, redeem(t, s, g, "token", start))
	got, err := s.Token(ctx, hash("token"), start.Add(time.Hour-time.Millisecond))
	must(t, err)
	want := oauth.Token{Hash: hash("token"), ClientID: "c-a", ClientName: "client a", UserID: "u-alice", UserName: "Alice",
		SessionHash: hash("browser"), FamilyID: g.DeviceHash, Scopes: []string{"a:b", "c"}, Expires: start.Add(time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Token(ctx, hash("token"), start.Add(time.Hour)); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an expired token: %v", err)
	}
	must(t, s.RevokeToken(ctx, got))
	if _, err := s.Token(ctx, hash("token"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
	if _, err := s.Session(ctx, hash("browser"), start); err == nil {
		t.Error("the browser is still signed in")
	}
}
