package storetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

func testLink(t *testing.T, s Store) {
	fill(t, s)
	carol := signin.Identity{Method: "corp", ID: "guid-1", Name: "carol", Email: "carol@example.com"}
	want := directory.User{ID: "u-1", Name: "carol", Email: "carol@example.com", Source: "corp", ExternalID: "guid-1"}
	link(t, s, carol, "u-1", want)
	link(t, s, carol, "u-2", want)
	carol.Name, carol.Email = "carol.new", "new@example.com"
	want.Name, want.Email = carol.Name, carol.Email
	link(t, s, carol, "u-3", want)
	// The same id at another method is somebody else.
	link(t, s, signin.Identity{Method: "other", ID: "guid-1", Name: "dave"}, "u-4",
		directory.User{ID: "u-4", Name: "dave", Source: "other", ExternalID: "guid-1"})
	if u, err := s.UserByID(t.Context(), "u-1"); err != nil || u != want {
		t.Errorf("%+v, %v", u, err)
	}
}

func link(t *testing.T, s Store, i signin.Identity, newID string, want directory.User) {
	t.Helper()
	got, _, err := s.LinkUser(t.Context(), i, newID)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// No sign-in takes over a name, in whatever case.
func testLinkNames(t *testing.T, s Store) {
	fill(t, s)
	link(t, s, signin.Identity{Method: "corp", ID: "1", Name: "carol"}, "u-1",
		directory.User{ID: "u-1", Name: "carol", Source: "corp", ExternalID: "1"})
	for _, i := range []signin.Identity{
		{Method: "corp", ID: "2", Name: "ALICE"}, {Method: "corp", ID: "2", Name: "carol"},
		{Method: "other", ID: "1", Name: "Carol"}, {Method: "corp", ID: "1", Name: "bob"},
	} {
		if _, _, err := s.LinkUser(t.Context(), i, "u-2"); !errors.Is(err, signin.ErrNameTaken) {
			t.Errorf("%+v: %v", i, err)
		}
	}
	if u, err := s.UserByID(t.Context(), "u-1"); err != nil || u.Name != "carol" {
		t.Errorf("after refusals: %+v, %v", u, err)
	}
	if _, err := s.UserByID(t.Context(), "u-2"); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("a refused sign-in left a user: %v", err)
	}
}

// Groups of a method come and go with what it says; those of the directory stay.
func testLinkGroups(t *testing.T, s Store) {
	fill(t, s)
	ctx := t.Context()
	i := signin.Identity{Method: "corp", ID: "1", Name: "carol", Groups: []string{"developers", "strangers"}}
	_, unknown, err := s.LinkUser(ctx, i, "u-1")
	must(t, err)
	if !slices.Equal(unknown, []string{"strangers"}) {
		t.Errorf("unknown: %q", unknown)
	}
	roles := func() int {
		found, err := s.Roles(ctx, "u-1", "123456789011", 0, 10)
		must(t, err)
		return len(found)
	}
	if n := roles(); n != 2 {
		t.Errorf("%d roles by the group, want 2", n)
	}
	i.Groups = nil
	_, _, err = s.LinkUser(ctx, i, "u-1")
	must(t, err)
	if n := roles(); n != 0 {
		t.Errorf("%d roles after leaving the group", n)
	}
	local := directory.Change{Groups: []directory.Group{{ID: "g-dev", Name: "developers", Members: []string{"u-1", "u-alice"}}}}
	must(t, s.Apply(ctx, local))
	_, _, err = s.LinkUser(ctx, i, "u-1")
	must(t, err)
	if n := roles(); n != 2 {
		t.Errorf("%d roles by the directory's own membership, want 2", n)
	}
	state, err := s.State(ctx)
	must(t, err)
	if diff := cmp.Diff([]string{"u-1", "u-alice"}, state.Groups["developers"].Members); diff != "" {
		t.Error(diff)
	}
}

// Whoever signs in for the first time in many browsers is one user.
func testLinkMob(t *testing.T, s Store) {
	i := signin.Identity{Method: "corp", ID: "1", Name: "carol"}
	var mu sync.Mutex
	seen := map[string]bool{}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			u, _, err := s.LinkUser(t.Context(), i, string(rune('a'+n)))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				seen[u.ID] = true
			} else if !errors.Is(err, signin.ErrNameTaken) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(seen) != 1 {
		t.Errorf("%d users", len(seen))
	}
}

// A step is good once, and none before it is after it.
func testTOTP(t *testing.T, s Store) {
	fill(t, s)
	ctx := t.Context()
	if _, err := s.TOTP(ctx, "u-alice"); !errors.Is(err, signin.ErrNotFound) {
		t.Fatalf("before: %v", err)
	}
	must(t, s.PutTOTP(ctx, "u-alice", []byte("sealed")))
	if sealed, err := s.TOTP(ctx, "u-alice"); err != nil || string(sealed) != "sealed" {
		t.Errorf("%q, %v", sealed, err)
	}
	for _, tt := range []struct {
		step int64
		ok   bool
	}{{10, true}, {10, false}, {9, false}, {11, true}} {
		err := s.UseTOTP(ctx, "u-alice", tt.step)
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, signin.ErrNotFound) {
			t.Errorf("step %d: %v", tt.step, err)
		}
	}
	if err := s.UseTOTP(ctx, "u-bob", 12); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("of a user without: %v", err)
	}
	must(t, s.DeleteTOTP(ctx, "u-alice"))
	if err := s.DeleteTOTP(ctx, "u-alice"); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

// A code that comes to all replicas at once is right at one of them.
func testTOTPMob(t *testing.T, s Store) {
	fill(t, s)
	must(t, s.PutTOTP(t.Context(), "u-alice", []byte("sealed")))
	for step := range int64(20) {
		var right atomic.Int32
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := s.UseTOTP(t.Context(), "u-alice", step+1); err == nil {
					right.Add(1)
				} else if !errors.Is(err, signin.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := right.Load(); n != 1 {
			t.Errorf("step %d: right %d times", step, n)
		}
	}
}
