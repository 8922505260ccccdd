package storetest

import (
	"errors"
	"testing"

	"latchkey/internal/center/directory"
)

// testPolicies: the policies of a permission set are for those who have it in
// that account, by themselves or by a group, and can sign in.
func testPolicies(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	for _, tt := range []struct {
		name, user, account, set string
		want                     bool
	}{
		{"by a group", "u-alice", "123456789011", "p-full", true},
		{"by herself", "u-alice", "123456789022", "p-read", true},
		{"in another account", "u-alice", "123456789022", "p-full", false},
		{"of another", "u-bob", "123456789011", "p-full", false},
		{"of nobody", "u-nobody", "123456789011", "p-full", false},
		{"of a group", "g-dev", "123456789011", "p-full", false},
		{"no set", "u-alice", "123456789011", "p-none", false},
	} {
		p, err := s.Policies(ctx, tt.user, tt.account, tt.set)
		if got := err == nil; got != tt.want || !got && !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: %+v, %v", tt.name, p, err)
		}
	}
	for id, want := range map[string]bool{"123456789033": true, "123456789044": false} {
		if got, err := s.HasAccount(ctx, id); got != want || err != nil {
			t.Errorf("account %s: %v, %v", id, got, err)
		}
	}
	state, err := s.State(ctx)
	must(t, err)
	alice := state.Users["alice"]
	alice.Disabled = true
	must(t, s.Apply(ctx, directory.Change{Users: []directory.User{alice}}))
	if _, err := s.Policies(ctx, "u-alice", "123456789011", "p-full"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("of a disabled user: %v", err)
	}
}
