package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"latchkey/internal/center/directory"
)

// AddAccount adds an account after the others.
func (e *Edit) AddAccount(ctx context.Context, a directory.Account) error {
	_, err := e.Account(ctx, a.ID)
	if err := taken(err, directory.KindAccount, a.ID); err != nil {
		return err
	}
	if a.Position, err = e.nextPosition(ctx, "accounts"); err != nil {
		return err
	}
	e.did("account added", append(changes([3]string{"email", "", a.Email}), "account", a.ID, "name", a.Name)...)
	return putAccount(ctx, e.tx, a)
}

func (e *Edit) nextPosition(ctx context.Context, table string) (int64, error) {
	var last int64
	err := e.tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(position), 0) FROM "+table).Scan(&last)
	return last + 1, err
}

// SetAccount makes an account what a says.
func (e *Edit) SetAccount(ctx context.Context, had, a directory.Account) error {
	if a == had {
		return nil
	}
	details := changes([3]string{"name", had.Name, a.Name}, [3]string{"email", had.Email, a.Email})
	e.did("account changed", append(details, "account", a.ID)...)
	return putAccount(ctx, e.tx, a)
}

// RemoveAccount removes an account and its assignments, whose number it returns.
func (e *Edit) RemoveAccount(ctx context.Context, a directory.Account) (assignments int64, err error) {
	if assignments, err = e.removeAssignments(ctx, "account_id", a.ID); err != nil {
		return 0, err
	}
	e.did("account removed", "account", a.ID, "assignments", strconv.FormatInt(assignments, 10))
	return assignments, e.remove(ctx, "accounts", a.ID)
}

// AddPermissionSet adds a permission set, whose id is new, after the others.
func (e *Edit) AddPermissionSet(ctx context.Context, s directory.PermissionSet) error {
	_, err := e.PermissionSet(ctx, s.Name)
	if err := taken(err, directory.KindPermissionSet, s.Name); err != nil {
		return err
	}
	if s.Position, err = e.nextPosition(ctx, "permission_sets"); err != nil {
		return err
	}
	e.did("permission set added", append(setChanges(directory.PermissionSet{}, s), "permission_set", s.Name)...)
	return putPermissionSet(ctx, e.tx, s)
}

// SetPermissionSet makes a permission set what s says; its name stays.
func (e *Edit) SetPermissionSet(ctx context.Context, had, s directory.PermissionSet) error {
	if s.Equal(had) {
		return nil
	}
	e.did("permission set changed", append(setChanges(had, s), "permission_set", s.Name)...)
	return putPermissionSet(ctx, e.tx, s)
}

// setChanges has of the policies the managed ones by name, and that the inline
// one is another.
func setChanges(had, s directory.PermissionSet) []string {
	pairs := changes(
		[3]string{"description", had.Description, s.Description},
		[3]string{"session_duration", had.SessionDuration.String(), s.SessionDuration.String()},
		[3]string{"relay_state", had.RelayState, s.RelayState},
		[3]string{"managed_policies", strings.Join(had.ManagedPolicies, " "), strings.Join(s.ManagedPolicies, " ")},
	)
	if had.InlinePolicy != s.InlinePolicy {
		pairs = append(pairs, "inline_policy", strconv.Itoa(len(s.InlinePolicy))+" bytes")
	}
	return pairs
}

// RemovePermissionSet removes a permission set and its assignments, whose number
// it returns.
func (e *Edit) RemovePermissionSet(ctx context.Context, s directory.PermissionSet) (assignments int64, err error) {
	if assignments, err = e.removeAssignments(ctx, "permission_set_id", s.ID); err != nil {
		return 0, err
	}
	e.did("permission set removed", "permission_set", s.Name, "assignments", strconv.FormatInt(assignments, 10))
	return assignments, e.remove(ctx, "permission_sets", s.ID)
}

// Grant is an assignment by the things that it is between. Kind is that of the
// principal, a user or a group.
type Grant struct {
	Account       directory.Account
	PermissionSet directory.PermissionSet
	Kind          directory.Kind
	PrincipalID   string
	Principal     string // name
}

func (g Grant) key() directory.Assignment {
	return directory.Assignment{PrincipalID: g.PrincipalID, AccountID: g.Account.ID, PermissionSetID: g.PermissionSet.ID}
}

func (g Grant) details() []string {
	return []string{"account", g.Account.ID, "permission_set", g.PermissionSet.Name, string(g.Kind), g.Principal}
}

// String is how a person calls it: "ReadOnly in 123456789011 for user alice".
func (g Grant) String() string {
	return g.PermissionSet.Name + " in " + g.Account.ID + " for " + string(g.Kind) + " " + g.Principal
}

// Assign adds an assignment.
func (e *Edit) Assign(ctx context.Context, g Grant) error {
	had, err := e.CountAssignments(ctx, g.key())
	if err != nil {
		return err
	}
	if had > 0 {
		return &directory.ExistsError{Kind: directory.KindAssignment, Name: g.String()}
	}
	e.did("assignment added", g.details()...)
	return putAssignment(ctx, e.tx, g.key())
}

// Unassign removes an assignment.
func (e *Edit) Unassign(ctx context.Context, g Grant) error {
	e.did("assignment removed", g.details()...)
	k := g.key()
	return execOne(ctx, e.tx, &directory.UnknownError{Kind: directory.KindAssignment, Name: g.String()},
		"DELETE FROM assignments WHERE principal_id = ? AND account_id = ? AND permission_set_id = ?",
		k.PrincipalID, k.AccountID, k.PermissionSetID)
}

// AssignOnly makes sets all that a principal has in an account.
func (e *Edit) AssignOnly(ctx context.Context, g Grant, sets []directory.PermissionSet) error {
	rows, err := e.tx.QueryContext(ctx, `
		SELECT p.id, p.name FROM assignments a JOIN permission_sets p ON p.id = a.permission_set_id
		WHERE a.principal_id = ? AND a.account_id = ? ORDER BY p.position`, g.PrincipalID, g.Account.ID)
	had, err := collect(rows, err, func(s *directory.PermissionSet) []any { return []any{&s.ID, &s.Name} })
	if err != nil {
		return err
	}
	missing := func(in []directory.PermissionSet, do func(context.Context, Grant) error, of []directory.PermissionSet) error {
		for _, s := range of {
			if slices.ContainsFunc(in, func(t directory.PermissionSet) bool { return t.ID == s.ID }) {
				continue
			}
			g.PermissionSet = s
			if err := do(ctx, g); err != nil {
				return err
			}
		}
		return nil
	}
	if err := missing(sets, e.Unassign, had); err != nil {
		return err
	}
	return missing(had, e.Assign, sets)
}

// Assigned returns a *directory.UnknownError unless there is that assignment.
func (l Lookup) Assigned(ctx context.Context, g Grant) error {
	n, err := l.CountAssignments(ctx, g.key())
	if err == nil && n == 0 {
		return &directory.UnknownError{Kind: directory.KindAssignment, Name: g.String()}
	}
	return err
}
