package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

func testDirectory(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	state, err := s.State(ctx)
	must(t, err)
	if got := state.Users["alice"]; got.ID != "u-alice" || got.Name != "Alice" {
		t.Errorf("alice is %+v", got)
	}
	if diff := cmp.Diff([]string{"u-alice"}, state.Groups["developers"].Members); diff != "" {
		t.Error(diff)
	}
	if len(state.Accounts) != 3 || len(state.PermissionSets) != 2 || len(state.Assignments) != 4 {
		t.Errorf("state %+v", state)
	}
	if got := state.PermissionSets["FullAccess"].SessionDuration; got != 90*time.Minute {
		t.Errorf("session duration %v", got)
	}
	if state.SignInSession != 8*time.Hour {
		t.Errorf("sign-in session %v, want 8 hours unless set", state.SignInSession)
	}
	must(t, s.Apply(ctx, directory.Change{
		SignInSession: time.Hour,
		Users:         []directory.User{{ID: "u-bob", Name: "Bob", Email: "new"}},
		Groups:        []directory.Group{{ID: "g-dev", Name: "developers", Members: []string{"u-bob"}}},
	}))
	if got, err := s.SignInSession(ctx); got != time.Hour || err != nil {
		t.Errorf("sign-in session %v %v", got, err)
	}
	if u, err := s.UserByName(ctx, "BOB"); u.Email != "new" || err != nil {
		t.Errorf("bob is %+v, %v", u, err)
	}
	if _, err := s.UserByName(ctx, "carol"); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("carol: %v", err)
	}
	if _, err := s.Role(ctx, "u-bob", "123456789011", "FullAccess"); err != nil {
		t.Errorf("a new member has what the group has: %v", err)
	}
	if _, err := s.Role(ctx, "u-alice", "123456789011", "FullAccess"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a former member: %v", err)
	}
}

func testApplyAtomic(t *testing.T, s Store) {
	err := s.Apply(t.Context(), directory.Change{
		Users:  []directory.User{{ID: "u-1", Name: "one"}},
		Groups: []directory.Group{{ID: "g-1", Name: "group", Members: []string{"nobody"}}},
	})
	if err == nil {
		t.Fatal("a member that is no user")
	}
	if _, err := s.UserByName(t.Context(), "one"); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("half of a change is there: %v", err)
	}
}

func testPages(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	var got []string
	for after := int64(0); ; {
		page, err := s.Accounts(ctx, "u-alice", after, 1)
		must(t, err)
		if len(page) == 0 {
			break
		}
		got, after = append(got, page[0].ID), page[0].Position
	}
	if diff := cmp.Diff([]string{"123456789022", "123456789011"}, got); diff != "" {
		t.Errorf("alice's accounts: %s", diff)
	}
	roles, err := s.Roles(ctx, "u-alice", "123456789011", 0, 10)
	must(t, err)
	got = nil
	for _, r := range roles {
		got = append(got, fmt.Sprint(r.Name, r.SessionDuration))
	}
	if diff := cmp.Diff([]string{"ReadOnly1h0m0s", "FullAccess1h30m0s"}, got); diff != "" {
		t.Errorf("alice's roles: %s", diff)
	}
	for _, account := range []string{"123456789011", "123456789033", "000000000000"} {
		if roles, err := s.Roles(ctx, "u-bob", account, 0, 10); len(roles) > 0 || err != nil {
			t.Errorf("bob has %v in %s, %v", roles, account, err)
		}
		if _, err := s.Role(ctx, "u-bob", account, "ReadOnly"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("bob's role in %s: %v", account, err)
		}
	}
}
