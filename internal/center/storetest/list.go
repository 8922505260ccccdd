package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
)

// all are the things of all pages of two, as texts.
func all[T, K any](t *testing.T, start K, page func(after K) ([]T, error), key func(T) K, text func(T) string) []string {
	t.Helper()
	got := []string{}
	for after := start; ; {
		things, err := page(after)
		must(t, err)
		for _, thing := range things {
			got, after = append(got, text(thing)), key(thing)
		}
		if len(things) < 2 {
			return got
		}
	}
}

func testLists(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	_, _, err := s.LinkUser(ctx, signin.Identity{Method: "corp", ID: "7", Name: "Carol", Groups: []string{"developers"}}, "u-carol")
	must(t, err)
	edit(t, s, func(ctx context.Context, e *store.Edit) error {
		bob := directory.User{ID: "u-bob", Name: "bob"}
		disabled := bob
		disabled.Disabled = true
		return e.SetUser(ctx, bob, disabled)
	})
	users := func(f directory.UserFilter) []string {
		return all(t, "", func(after string) ([]directory.User, error) { return s.ListUsers(ctx, f, after, 2) },
			func(u directory.User) string { return directory.UserKey(u.Name) }, func(u directory.User) string { return u.Name })
	}
	groups := func(user string) []string {
		return all(t, "", func(after string) ([]directory.GroupSize, error) { return s.ListGroups(ctx, user, after, 2) },
			func(g directory.GroupSize) string { return g.Name }, func(g directory.GroupSize) string { return fmt.Sprint(g.Name, g.Members) })
	}
	for _, tt := range []struct {
		what      string
		got, want []string
	}{
		{"users", users(directory.UserFilter{}), []string{"Alice", "bob", "Carol"}},
		{"users of a group", users(directory.UserFilter{Group: "developers"}), []string{"Alice", "Carol"}},
		{"users from corp", users(directory.UserFilter{Source: "corp"}), []string{"Carol"}},
		{"disabled users", users(directory.UserFilter{Disabled: true}), []string{"bob"}},
		{"groups", groups(""), []string{"developers2"}},
		{"groups of carol", groups("CAROL"), []string{"developers2"}},
		{"groups of bob", groups("bob"), []string{}},
		{"accounts", all(t, 0, func(after int64) ([]directory.Account, error) { return s.ListAccounts(ctx, after, 2) },
			func(a directory.Account) int64 { return a.Position }, func(a directory.Account) string { return a.Name }),
			[]string{"Production", "Developer", "Nobody's"}},
		{"permission sets", all(t, 0, func(after int64) ([]directory.PermissionSet, error) { return s.ListPermissionSets(ctx, after, 2) },
			func(p directory.PermissionSet) int64 { return p.Position }, func(p directory.PermissionSet) string { return p.Name }),
			[]string{"ReadOnly", "FullAccess"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s: %s", tt.what, diff)
		}
	}
	members, err := s.Members(ctx, "g-dev")
	must(t, err)
	if diff := cmp.Diff([]directory.Membership{{Name: "Alice"}, {Name: "Carol", Source: "corp"}}, members); diff != "" {
		t.Error(diff)
	}
	groupsOf, err := s.Memberships(ctx, "u-carol")
	must(t, err)
	if diff := cmp.Diff([]directory.Membership{{Name: "developers", Source: "corp"}}, groupsOf); diff != "" {
		t.Error(diff)
	}
}

func testListAssignments(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	const (
		herProduction = "Production ReadOnly Alice "
		herRead       = "Developer ReadOnly Alice "
		theirRead     = "Developer ReadOnly  developers"
		theirFull     = "Developer FullAccess  developers"
	)
	for _, tt := range []struct {
		filter directory.AssignmentFilter
		want   []string
	}{
		{directory.AssignmentFilter{}, []string{herProduction, theirRead, herRead, theirFull}},
		{directory.AssignmentFilter{User: "ALICE"}, []string{herProduction, theirRead, herRead, theirFull}},
		{directory.AssignmentFilter{User: "bob"}, []string{}},
		{directory.AssignmentFilter{Group: "developers"}, []string{theirRead, theirFull}},
		{directory.AssignmentFilter{Account: "123456789022"}, []string{herProduction}},
		{directory.AssignmentFilter{PermissionSet: "FullAccess"}, []string{theirFull}},
		{directory.AssignmentFilter{Account: "123456789011", PermissionSet: "ReadOnly", User: "alice"}, []string{theirRead, herRead}},
	} {
		got := all(t, directory.AssignmentKey{}, func(after directory.AssignmentKey) ([]directory.AssignmentNames, error) {
			return s.ListAssignments(ctx, tt.filter, after, 2)
		}, func(a directory.AssignmentNames) directory.AssignmentKey { return a.Key }, func(a directory.AssignmentNames) string {
			return a.AccountName + " " + a.PermissionSet + " " + a.User + " " + a.Group
		})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v: %s", tt.filter, diff)
		}
	}
}
