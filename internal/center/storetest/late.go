package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
)

// What began before a sign-out, a new password or the end of a user comes too
// late after it: else it would outlive what was to end it.
func testTooLate(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g, late := grant(t, s, "a"), code(t, s, "b")
	must(t, s.EndAll(ctx, "u-alice"))
	allow := oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("browser")}
	if err := s.DecideDevice(ctx, g.UserCodeMAC, allow, start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("a device code, allowed in a session that has ended: %v", err)
	}
	late.CodeHash = hash("later")
	if err := s.PutCode(ctx, late); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an authorization code, allowed in a session that has ended: %v", err)
	}
	begun := session("begun")
	begun.User.PasswordHash = "the hash before"
	if err := s.PutSession(ctx, begun); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("a sign-in with the password before: %v", err)
	}
	alice := directory.User{ID: "u-alice", Name: "Alice", PasswordHash: "hash", Disabled: true}
	must(t, s.Apply(ctx, directory.Change{Users: []directory.User{alice}}))
	if err := s.PutSession(ctx, session("disabled")); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("a sign-in of somebody disabled: %v", err)
	}
}

// Of a new password and a sign-in with the old one at the same time, no session
// is left; and whoever signs in from outside while an administrator disables
// them stays disabled.
func testMeanwhile(t *testing.T, s Store) {
	const rounds = 40
	ctx := t.Context()
	fill(t, s)
	from := signin.Identity{Method: "corp", ID: "guid-carol", Name: "carol"}
	carol, _, err := s.LinkUser(ctx, from, "u-carol")
	must(t, err)
	for round := range rounds {
		must(t, setDisabled(ctx, s, "carol", false))
		begun := signin.Session{Hash: hash(fmt.Sprint(round)), User: carol, Created: start, Expires: start.Add(time.Hour)}
		from.Email = fmt.Sprintf("carol-%d@example.com", round)
		var all sync.WaitGroup
		for _, do := range []func() error{
			func() error { _, _, err := s.LinkUser(ctx, from, "u-other"); return err },
			func() error { return s.PutSession(ctx, begun) },
			func() error { return setDisabled(ctx, s, "carol", true) },
		} {
			all.Go(func() {
				if err := do(); err != nil && !errors.Is(err, signin.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if now, err := s.UserByID(ctx, carol.ID); err != nil || !now.Disabled {
			t.Fatalf("round %d: a sign-in has enabled the user again: %v", round, err)
		}
		if left, err := s.Sessions(ctx, carol.ID, start); err != nil || len(left) > 0 {
			t.Fatalf("round %d: %d sessions are left, %v", round, len(left), err)
		}
	}
}

func setDisabled(ctx context.Context, s Store, name string, disabled bool) error {
	return s.Edit(ctx, "", func(e *store.Edit) error {
		had, err := e.User(ctx, name)
		if err != nil {
			return err
		}
		u := had
		u.Disabled = disabled
		return e.SetUser(ctx, had, u)
	})
}
