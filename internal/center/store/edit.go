package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"latchkey/internal/center/directory"
)

// Edit is one change of the directory by whoever administers it, in one
// transaction. Each of its methods that changes something notes it for the
// record. Names that nothing has are *directory.UnknownError, names that are
// taken *directory.ExistsError.
type Edit struct {
	Lookup
	tx    *transaction
	deeds []directory.Deed
}

// Edit runs do while nobody else changes the directory, and keeps what it did,
// recorded as done by that person, if it returns nil. do may run more than once.
func (db *DB) Edit(ctx context.Context, by string, do func(*Edit) error) error {
	return db.transact(ctx, func(tx *transaction) error {
		if err := nextVersion(ctx, tx, 0); err != nil {
			return err
		}
		e := &Edit{Lookup: Lookup{tx}, tx: tx}
		if err := do(e); err != nil {
			return err
		}
		return db.recordDeeds(ctx, tx, by, e.deeds)
	})
}

// did notes a deed; pairs are names of details and their values.
func (e *Edit) did(what string, pairs ...string) {
	deed := directory.Deed{"change": what}
	for i := 0; i < len(pairs); i += 2 {
		deed[pairs[i]] = pairs[i+1]
	}
	e.deeds = append(e.deeds, deed)
}

// Changed reports whether anything was done.
func (e *Edit) Changed() bool { return len(e.deeds) > 0 }

// changes are pairs for did of what differs; each of fields is a name, what it
// was and what it is.
func changes(fields ...[3]string) []string {
	var pairs []string
	for _, f := range fields {
		if f[1] != f[2] {
			pairs = append(pairs, f[0], f[2])
		}
	}
	return pairs
}

// AddUser adds a user, whose id is new.
func (e *Edit) AddUser(ctx context.Context, u directory.User) error {
	if err := e.free(ctx, u); err != nil {
		return err
	}
	details := changes([3]string{"email", "", u.Email}, [3]string{"administrator", "false", strconv.FormatBool(u.Administrator)})
	e.did("user added", append(details, "user", u.Name)...)
	return putUser(ctx, e.tx, u)
}

// free reports whether nobody else has the name of u.
func (e *Edit) free(ctx context.Context, u directory.User) error {
	other, err := e.User(ctx, u.Name)
	switch {
	case errors.Is(err, directory.ErrNotFound) || err == nil && other.ID == u.ID:
		return nil
	case err != nil:
		return err
	}
	return &directory.ExistsError{Kind: directory.KindUser, Name: other.Name}
}

// SetUser makes the user with the id of u what u says. Who gets another password
// or is disabled is signed out of everything.
func (e *Edit) SetUser(ctx context.Context, had, u directory.User) error {
	if u == had {
		return nil
	}
	if err := e.free(ctx, u); err != nil {
		return err
	}
	details := changes(
		[3]string{"name", had.Name, u.Name},
		[3]string{"email", had.Email, u.Email},
		[3]string{"disabled", strconv.FormatBool(had.Disabled), strconv.FormatBool(u.Disabled)},
		[3]string{"administrator", strconv.FormatBool(had.Administrator), strconv.FormatBool(u.Administrator)},
	)
	if u.PasswordHash != had.PasswordHash {
		details = append(details, "password", "new")
	}
	e.did("user changed", append(details, "user", had.Name)...)
	return changeUser(ctx, e.tx, u)
}

// SignOutUser ends everything that a user has signed in.
func (e *Edit) SignOutUser(ctx context.Context, u directory.User) error {
	e.did("user signed out", "user", u.Name)
	return endAll(ctx, e.tx, u.ID)
}

// RemoveUser removes a user and all that was the user's: sign-ins, memberships
// and assignments, whose number it returns.
func (e *Edit) RemoveUser(ctx context.Context, u directory.User) (assignments int64, err error) {
	if assignments, err = e.removeAssignments(ctx, "principal_id", u.ID); err != nil {
		return 0, err
	}
	e.did("user removed", "user", u.Name, "assignments", strconv.FormatInt(assignments, 10))
	return assignments, e.remove(ctx, "users", u.ID)
}

// SetSecondFactor keeps the sealed secret of a user's second factor, or takes it
// away if that is nil.
func (e *Edit) SetSecondFactor(ctx context.Context, u directory.User, sealed []byte) error {
	if sealed == nil {
		e.did("second factor removed", "user", u.Name)
		return deleteTOTP(ctx, e.tx, u.ID)
	}
	e.did("second factor added", "user", u.Name)
	return putTOTP(ctx, e.tx, u.ID, sealed)
}

// AddGroup adds a group, whose id is new, without members.
func (e *Edit) AddGroup(ctx context.Context, g directory.Group) error {
	if err := e.freeGroup(ctx, g.Name); err != nil {
		return err
	}
	e.did("group added", "group", g.Name)
	return putGroup(ctx, e.tx, g)
}

func (e *Edit) freeGroup(ctx context.Context, name string) error {
	_, err := e.Group(ctx, name)
	return taken(err, directory.KindGroup, name)
}

// RenameGroup gives a group another name.
func (e *Edit) RenameGroup(ctx context.Context, g directory.Group, name string) error {
	if g.Name == name {
		return nil
	}
	if err := e.freeGroup(ctx, name); err != nil {
		return err
	}
	e.did("group changed", "group", g.Name, "name", name)
	return putGroup(ctx, e.tx, directory.Group{ID: g.ID, Name: name})
}

// AddMember makes a user a member of a group, whatever sign-in methods say.
func (e *Edit) AddMember(ctx context.Context, g directory.Group, u directory.User) error {
	var n int
	err := e.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM memberships WHERE group_id = ? AND user_id = ? AND source = ''", g.ID, u.ID).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	e.did("member added", "group", g.Name, "user", u.Name)
	return putMember(ctx, e.tx, g.ID, u.ID)
}

// RemoveMember takes a user out of a group.
func (e *Edit) RemoveMember(ctx context.Context, g directory.Group, u directory.User) error {
	e.did("member removed", "group", g.Name, "user", u.Name)
	missing := fmt.Errorf("group %q: %w", g.Name, &directory.UnknownError{Kind: directory.KindMember, Name: u.Name})
	return execOne(ctx, e.tx, missing,
		"DELETE FROM memberships WHERE group_id = ? AND user_id = ?", g.ID, u.ID)
}

// RemoveGroup removes a group and its assignments, whose number it returns.
func (e *Edit) RemoveGroup(ctx context.Context, g directory.Group) (assignments int64, err error) {
	if assignments, err = e.removeAssignments(ctx, "principal_id", g.ID); err != nil {
		return 0, err
	}
	e.did("group removed", "group", g.Name, "assignments", strconv.FormatInt(assignments, 10))
	return assignments, e.remove(ctx, "user_groups", g.ID)
}

// remove deletes a row by id, and by reference what is its own.
func (e *Edit) remove(ctx context.Context, table, id string) error {
	_, err := e.tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE id = ?", id)
	return err
}

func (e *Edit) removeAssignments(ctx context.Context, column, id string) (int64, error) {
	result, err := e.tx.ExecContext(ctx, "DELETE FROM assignments WHERE "+column+" = ?", id)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// taken is the error of a name that was looked for and is to be nobody's.
func taken(err error, kind directory.Kind, name string) error {
	switch {
	case err == nil:
		return &directory.ExistsError{Kind: kind, Name: name}
	case errors.Is(err, directory.ErrNotFound):
		return nil
	}
	return err
}
