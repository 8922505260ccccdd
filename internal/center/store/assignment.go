package store

import (
	"context"
	"time"

	"latchkey/internal/center/directory"
)

// mine is what an assignment a is to be for a user to have it: the user's own, or
// of a group of the user's. An account has few assignments, a person may be in
// hundreds of groups. It takes the user's id twice.
const mine = `(a.principal_id = ? OR EXISTS (
	SELECT 1 FROM memberships m WHERE m.user_id = ? AND m.group_id = a.principal_id))`

// few is how many assignments of a user are looked through for each page.
const few = 500

// Accounts returns a page of the accounts in which a user has a role. For somebody
// with few assignments these are looked through, however many accounts there are;
// for others the accounts, until the page is full.
func (db *DB) Accounts(ctx context.Context, userID string, after int64, limit int) ([]directory.Account, error) {
	var has int
	err := db.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM "+ofUser+" LIMIT ?) AS one", userID, userID, few+1).Scan(&has)
	if err != nil {
		return nil, err
	}
	// For EXISTS, PostgreSQL would join all of both tables for the last page.
	having := "(SELECT 1 FROM assignments a WHERE a.account_id = accounts.id AND " + mine + " LIMIT 1) = 1"
	if has <= few {
		having = "id IN (SELECT a.account_id FROM " + ofUser + ")"
	}
	rows, err := db.read.QueryContext(ctx,
		"SELECT id, name, email, position FROM accounts WHERE position > ? AND "+having+" ORDER BY position LIMIT ?",
		after, userID, userID, limit)
	return collect(rows, err, func(a *directory.Account) []any {
		return []any{&a.ID, &a.Name, &a.Email, &a.Position}
	})
}

// ofUser is the assignments of a user, whose id it takes twice, some of them
// perhaps more than once.
const ofUser = `(SELECT account_id FROM assignments WHERE principal_id = ?
	UNION ALL SELECT o.account_id FROM memberships m JOIN assignments o ON o.principal_id = m.group_id WHERE m.user_id = ?) AS a`

// AccountName returns the name of an account, or directory.ErrNotFound.
func (db *DB) AccountName(ctx context.Context, id string) (string, error) {
	var name string
	err := db.read.QueryRowContext(ctx, "SELECT name FROM accounts WHERE id = ?", id).Scan(&name)
	return name, orMissing(err, directory.ErrNotFound)
}

const selectRoles = `
	SELECT id, name, description, session_duration, relay_state, position FROM permission_sets
	WHERE EXISTS (
		SELECT 1 FROM assignments a
		WHERE a.permission_set_id = permission_sets.id AND a.account_id = ? AND ` + mine + `)
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
