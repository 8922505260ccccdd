package store

import (
	"context"
	"time"

	"latchkey/internal/center/directory"
)

// principals are the ids to which something can be assigned for a user to have
// it: the user's own and those of the user's groups that have anything, as each
// account is asked for each of them. It takes the id twice.
const principals = `(SELECT ? UNION ALL SELECT m.group_id FROM memberships m
	WHERE m.user_id = ? AND EXISTS (SELECT 1 FROM assignments any_of WHERE any_of.principal_id = m.group_id))`

// Accounts returns a page of the accounts in which a user has a role.
func (db *DB) Accounts(ctx context.Context, userID string, after int64, limit int) ([]directory.Account, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT id, name, email, position FROM accounts
		WHERE position > ? AND EXISTS (
			SELECT 1 FROM assignments
			WHERE account_id = accounts.id AND principal_id IN `+principals+`)
		ORDER BY position LIMIT ?`, after, userID, userID, limit)
	return collect(rows, err, func(a *directory.Account) []any {
		return []any{&a.ID, &a.Name, &a.Email, &a.Position}
	})
}

// AccountName returns the name of an account, or directory.ErrNotFound.
func (db *DB) AccountName(ctx context.Context, id string) (string, error) {
	var name string
	err := db.read.QueryRowContext(ctx, "SELECT name FROM accounts WHERE id = ?", id).Scan(&name)
	return name, orMissing(err, directory.ErrNotFound)
}

const selectRoles = `
	SELECT id, name, description, session_duration, relay_state, position FROM permission_sets
	WHERE EXISTS (
		SELECT 1 FROM assignments
		WHERE permission_set_id = permission_sets.id AND account_id = ? AND principal_id IN ` + principals + `)
	AND `

// Roles returns a page of the permission sets that a user has in an account.
func (db *DB) Roles(ctx context.Context, userID, accountID string, after int64, limit int) ([]directory.PermissionSet, error) {
	rows, err := db.read.QueryContext(ctx, selectRoles+"position > ? ORDER BY position LIMIT ?",
		accountID, userID, userID, after, limit)
	return scanSets(rows, err)
}

// Role returns one of them by name, or directory.ErrNotFound.
func (db *DB) Role(ctx context.Context, userID, accountID, name string) (directory.PermissionSet, error) {
	rows, err := db.read.QueryContext(ctx, selectRoles+"name = ?", accountID, userID, userID, name)
	sets, err := scanSets(rows, err)
	if err != nil {
		return directory.PermissionSet{}, err
	}
	if len(sets) == 0 {
		return directory.PermissionSet{}, directory.ErrNotFound
	}
	return sets[0], nil
}

func scanSets(rows foundRows, err error) ([]directory.PermissionSet, error) {
	sets, err := collect(rows, err, func(s *directory.PermissionSet) []any {
		return []any{&s.ID, &s.Name, &s.Description, &s.SessionDuration, &s.RelayState, &s.Position}
	})
	for i := range sets {
		sets[i].SessionDuration *= time.Millisecond // kept in milliseconds
	}
	return sets, err
}

// collect reads all rows, each into the fields that columns names.
func collect[T any](rows foundRows, err error, columns func(*T) []any) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(columns(&one)...); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
