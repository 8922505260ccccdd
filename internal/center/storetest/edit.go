package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
)

// Administration is what the commands of the directory need.
type Administration interface {
	Edit(ctx context.Context, by string, do func(*store.Edit) error) error
	Lookup() store.Lookup
	ListUsers(ctx context.Context, f directory.UserFilter, after string, limit int) ([]directory.User, error)
	ListGroups(ctx context.Context, userName, after string, limit int) ([]directory.GroupSize, error)
	Members(ctx context.Context, groupID string) ([]directory.Membership, error)
	Memberships(ctx context.Context, userID string) ([]directory.Membership, error)
	ListAccounts(ctx context.Context, after int64, limit int) ([]directory.Account, error)
	ListPermissionSets(ctx context.Context, after int64, limit int) ([]directory.PermissionSet, error)
	ListAssignments(ctx context.Context, f directory.AssignmentFilter, after directory.AssignmentKey, limit int) ([]directory.AssignmentNames, error)
}

func edit(t *testing.T, s Store, do func(ctx context.Context, e *store.Edit) error) {
	t.Helper()
	must(t, s.Edit(t.Context(), "root", func(e *store.Edit) error { return do(t.Context(), e) }))
}

// testEdit: what was added can be looked up, all of it.
func testEdit(t *testing.T, s Store) {
	fill(t, s)
	set := directory.PermissionSet{ID: "p-new", Name: "New", Description: "for tests", SessionDuration: 2 * time.Hour,
		RelayState: "https://console.aws.amazon.com/", ManagedPolicies: []string{"arn:aws:iam::aws:policy/b", "arn:aws:iam::aws:policy/a"},
		InlinePolicy: "{\n \"Statement\": []\n}", Tags: map[string]string{"b": "2", "a": ""}}
	edit(t, s, func(ctx context.Context, e *store.Edit) error {
		return errors.Join(
			e.AddUser(ctx, directory.User{ID: "u-carol", Name: "Carol", Administrator: true}),
			e.AddGroup(ctx, directory.Group{ID: "g-ops", Name: "ops"}),
			e.AddMember(ctx, directory.Group{ID: "g-ops", Name: "ops"}, directory.User{ID: "u-carol", Name: "Carol"}),
			e.AddAccount(ctx, directory.Account{ID: "123456789044", Name: "New"}),
			e.AddPermissionSet(ctx, set),
		)
	})
	set.Position = 3
	got, err := s.Lookup().PermissionSet(t.Context(), "New")
	must(t, err)
	if diff := cmp.Diff(set, got); diff != "" {
		t.Error(diff)
	}
	if a, err := s.Lookup().Account(t.Context(), "123456789044"); a.Position != 4 || err != nil {
		t.Errorf("%+v, %v", a, err)
	}
	if u, err := s.Lookup().User(t.Context(), "CAROL"); u.ID != "u-carol" || !u.Administrator || err != nil {
		t.Errorf("%+v, %v", u, err)
	}
	state, err := s.State(t.Context())
	must(t, err)
	if diff := cmp.Diff(set, state.PermissionSets["New"]); diff != "" {
		t.Error(diff)
	}
	want := "user added, group added, member added, account added, permission set added"
	if got := strings.Join(deeds(t, s), ", "); got != want {
		t.Errorf("recorded: %s", got)
	}
}

// deeds are the changes of the directory that were recorded.
func deeds(t *testing.T, s Store) []string {
	t.Helper()
	records, err := s.AuditRecords(t.Context(), 0, 1000)
	must(t, err)
	var all []string
	for _, r := range records {
		_, rest, _ := strings.Cut(r.Details, `"change":"`)
		what, _, ok := strings.Cut(rest, `"`)
		if !ok || r.Action != "directory change" || r.User != "root" || r.Outcome != "ok" {
			t.Errorf("recorded: %+v", r)
		}
		all = append(all, what)
	}
	return all
}

// testEditRefuses: what cannot be changes nothing and is not recorded.
func testEditRefuses(t *testing.T, s Store) {
	fill(t, s)
	ctx := t.Context()
	for name, do := range map[string]func(e *store.Edit) error{
		"a user's name": func(e *store.Edit) error { return e.AddUser(ctx, directory.User{ID: "x", Name: "ALICE"}) },
		"another's name": func(e *store.Edit) error {
			return e.SetUser(ctx, directory.User{ID: "u-bob", Name: "bob"}, directory.User{ID: "u-bob", Name: "alice"})
		},
		"a group": func(e *store.Edit) error { return e.AddGroup(ctx, directory.Group{ID: "x", Name: "developers"}) },
		"an account": func(e *store.Edit) error {
			return e.AddAccount(ctx, directory.Account{ID: "123456789011", Name: "x"})
		},
		"a permission set": func(e *store.Edit) error {
			return e.AddPermissionSet(ctx, directory.PermissionSet{ID: "x", Name: "ReadOnly"})
		},
		"an assignment": func(e *store.Edit) error { return e.Assign(ctx, grantOf(t, e.Lookup, "ReadOnly", "alice")) },
	} {
		err := s.Edit(ctx, "root", func(e *store.Edit) error {
			must(t, e.AddAccount(ctx, directory.Account{ID: "999999999999", Name: "too early"}))
			return do(e)
		})
		if _, ok := errors.AsType[*directory.ExistsError](err); !ok {
			t.Errorf("%s that is there: %v", name, err)
		}
	}
	for kind, err := range map[directory.Kind]error{
		directory.KindUser:          second(s.Lookup().User(ctx, "nobody")),
		directory.KindGroup:         second(s.Lookup().Group(ctx, "nobody")),
		directory.KindAccount:       second(s.Lookup().Account(ctx, "999999999999")),
		directory.KindPermissionSet: second(s.Lookup().PermissionSet(ctx, "nobody")),
		directory.KindAssignment:    s.Lookup().Assigned(ctx, grantOf(t, s.Lookup(), "FullAccess", "bob")),
		directory.KindMember: s.Edit(ctx, "root", func(e *store.Edit) error {
			return e.RemoveMember(ctx, directory.Group{ID: "g-dev"}, directory.User{ID: "u-bob"})
		}),
	} {
		if unknown, ok := errors.AsType[*directory.UnknownError](err); !ok || unknown.Kind != kind || !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if got := deeds(t, s); len(got) > 0 {
		t.Errorf("recorded: %v", got)
	}
}

func second[T any](_ T, err error) error { return err }

// grantOf is a permission set in account 123456789011 for a user.
func grantOf(t *testing.T, l store.Lookup, set, user string) store.Grant {
	t.Helper()
	account, err := l.Account(t.Context(), "123456789011")
	must(t, err)
	p, err := l.PermissionSet(t.Context(), set)
	must(t, err)
	u, err := l.User(t.Context(), user)
	must(t, err)
	return store.Grant{Account: account, PermissionSet: p, Kind: directory.KindUser, PrincipalID: u.ID, Principal: u.Name}
}

// testEditEnds: who is disabled, removed, signed out or given another password
// is signed out of everything in that moment, and nobody else is.
func testEditEnds(t *testing.T, s Store) {
	signedIn(t, s)
	ctx := t.Context()
	alice, err := s.UserByName(ctx, "alice")
	must(t, err)
	for what, do := range map[string]func(*store.Edit) error{
		"disabled": func(e *store.Edit) error {
			u := alice
			u.Disabled = true
			return e.SetUser(ctx, alice, u)
		},
		"password": func(e *store.Edit) error {
			u := alice
			u.PasswordHash = "another"
			return e.SetUser(ctx, alice, u)
		},
		"signed out": func(e *store.Edit) error { return e.SignOutUser(ctx, alice) },
		"removed":    func(e *store.Edit) error { return second(e.RemoveUser(ctx, alice)) },
	} {
		rollback := errors.New("as it was")
		err := s.Edit(ctx, "root", func(e *store.Edit) error {
			must(t, do(e))
			return rollback
		})
		if got := signedInAs(t, s, "u-alice"); !errors.Is(err, rollback) || got != 3 {
			t.Fatalf("%s and back: %v, signed in %d times", what, err, got)
		}
	}
	email := alice
	email.Email = "new@example.com"
	edit(t, s, func(ctx context.Context, e *store.Edit) error { return e.SetUser(ctx, alice, email) })
	if got := signedInAs(t, s, "u-alice"); got != 3 {
		t.Errorf("another address: signed in %d times", got)
	}
	disabled := email
	disabled.Disabled = true
	edit(t, s, func(ctx context.Context, e *store.Edit) error { return e.SetUser(ctx, email, disabled) })
	if alice, bob := signedInAs(t, s, "u-alice"), signedInAs(t, s, "u-bob"); alice != 0 || bob != 2 {
		t.Errorf("alice is signed in %d times, bob %d", alice, bob)
	}
}

func signedInAs(t *testing.T, s Store, id string) int {
	t.Helper()
	sessions, err := s.Sessions(t.Context(), id, start)
	must(t, err)
	clients, err := s.Clients(t.Context(), id, start)
	must(t, err)
	return len(sessions) + len(clients)
}

// testEditRemoves: with a thing go its assignments, and what was given by it.
func testEditRemoves(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	alice, err := s.UserByName(ctx, "alice")
	must(t, err)
	must(t, s.PutTOTP(ctx, alice.ID, []byte("sealed")))
	lost := func(what string, want int64, remove func(*store.Edit) (int64, error), has func() error) {
		t.Helper()
		if err := has(); err != nil {
			t.Errorf("before %s was removed: %v", what, err)
		}
		edit(t, s, func(_ context.Context, e *store.Edit) error {
			n, err := remove(e)
			if n != want {
				t.Errorf("%s: %d assignments went, want %d", what, n, want)
			}
			return err
		})
		if err := has(); !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, signin.ErrNotFound) {
			t.Errorf("after %s was removed: %v", what, err)
		}
	}
	lost("an account", 1, func(e *store.Edit) (int64, error) {
		return e.RemoveAccount(ctx, directory.Account{ID: "123456789022"})
	}, func() error { return second(s.Role(ctx, alice.ID, "123456789022", "ReadOnly")) })
	lost("an assignment", 0, func(e *store.Edit) (int64, error) {
		return 0, e.Unassign(ctx, grantOf(t, e.Lookup, "ReadOnly", "alice"))
	}, func() error { return s.Lookup().Assigned(ctx, grantOf(t, s.Lookup(), "ReadOnly", "alice")) })
	lost("a permission set", 1, func(e *store.Edit) (int64, error) {
		return e.RemovePermissionSet(ctx, directory.PermissionSet{ID: "p-read"})
	}, func() error { return second(s.Role(ctx, alice.ID, "123456789011", "ReadOnly")) })
	lost("a group", 1, func(e *store.Edit) (int64, error) {
		return e.RemoveGroup(ctx, directory.Group{ID: "g-dev"})
	}, func() error { return second(s.Role(ctx, alice.ID, "123456789011", "FullAccess")) })
	lost("a user", 0, func(e *store.Edit) (int64, error) { return e.RemoveUser(ctx, alice) },
		func() error { return second(s.TOTP(ctx, alice.ID)) })
	state, err := s.State(ctx)
	must(t, err)
	if len(state.Users) != 1 || len(state.Groups)+len(state.Assignments) != 0 || len(state.Accounts) != 2 || len(state.PermissionSets) != 1 {
		t.Errorf("left: %+v", state)
	}
}

// testEditMob: many who change one directory at once lose nothing of each
// other's.
func testEditMob(t *testing.T, s Store) {
	fill(t, s)
	const many = 12
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			err := s.Edit(t.Context(), "root", func(e *store.Edit) error {
				u := directory.User{ID: fmt.Sprint("u", i), Name: fmt.Sprint("user", i)}
				return errors.Join(
					e.AddUser(t.Context(), u),
					e.AddMember(t.Context(), directory.Group{ID: "g-dev", Name: "developers"}, u),
					e.AddAccount(t.Context(), directory.Account{ID: fmt.Sprintf("%012d", i), Name: "x"}))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	members, err := s.Members(t.Context(), "g-dev")
	must(t, err)
	accounts, err := s.ListAccounts(t.Context(), 3, 100)
	must(t, err)
	if len(members) != many+1 || len(accounts) != many || accounts[many-1].Position != 3+many || len(deeds(t, s)) != 3*many {
		t.Errorf("%d members, %d accounts", len(members), len(accounts))
	}
}

// testStale: a plan that was made of an older directory is not carried out.
func testStale(t *testing.T, s Store) {
	fill(t, s)
	state, err := s.State(t.Context())
	must(t, err)
	change := directory.Change{Version: state.Version, By: "root", SignInSession: time.Hour, Deeds: []directory.Deed{{"change": "setting changed"}}}
	must(t, s.Apply(t.Context(), change))
	change.SignInSession = 2 * time.Hour
	if err := s.Apply(t.Context(), change); !errors.Is(err, directory.ErrChanged) {
		t.Errorf("a second time: %v", err)
	}
	if got, err := s.SignInSession(t.Context()); got != time.Hour || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got := deeds(t, s); !slices.Equal(got, []string{"setting changed"}) {
		t.Errorf("recorded: %v", got)
	}
}
