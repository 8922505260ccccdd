package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"latchkey/internal/center/directory"
)

const defaultSignInSession = 8 * time.Hour

// SignInSession is how long a person stays signed in: a setting, 8 hours
// unless it was imported.
func (db *DB) SignInSession(ctx context.Context) (time.Duration, error) {
	var text string
	err := db.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = 'sign_in_session'").Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return defaultSignInSession, nil
	}
	if err != nil {
		return 0, err
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return time.Duration(ms) * time.Millisecond, err
}

// State reads the whole directory.
func (db *DB) State(ctx context.Context) (directory.State, error) {
	s := directory.State{
		Users:          map[string]directory.User{},
		Groups:         map[string]directory.Group{},
		Accounts:       map[string]directory.Account{},
		PermissionSets: map[string]directory.PermissionSet{},
		Assignments:    map[directory.Assignment]bool{},
	}
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s, err
	}
	defer tx.Rollback()
	if err := tx.QueryRowContext(ctx, "SELECT version FROM directory_head WHERE id = 1").Scan(&s.Version); err != nil {
		return s, err
	}
	for _, read := range []func(context.Context, *transaction, directory.State) error{
		readUsers, readGroups, readAccounts, readPermissionSets, readAssignments,
	} {
		if err := read(ctx, tx, s); err != nil {
			return s, err
		}
	}
	s.SignInSession, err = db.SignInSession(ctx)
	return s, err
}

func readUsers(ctx context.Context, tx *transaction, s directory.State) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+userColumns+" FROM users u")
	users, err := collect(rows, err, userFields)
	for _, u := range users {
		s.Users[directory.UserKey(u.Name)] = u
	}
	return err
}

func readGroups(ctx context.Context, tx *transaction, s directory.State) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, name FROM user_groups")
	groups, err := collect(rows, err, func(g *directory.Group) []any { return []any{&g.ID, &g.Name} })
	if err != nil {
		return err
	}
	rows, err = tx.QueryContext(ctx, "SELECT group_id, user_id FROM memberships WHERE source = ''")
	pairs, err := collect(rows, err, func(p *[2]string) []any { return []any{&p[0], &p[1]} })
	members := map[string][]string{}
	for _, p := range pairs {
		members[p[0]] = append(members[p[0]], p[1])
	}
	for _, g := range groups {
		g.Members = members[g.ID]
		slices.Sort(g.Members)
		s.Groups[g.Name] = g
	}
	return err
}

func readAccounts(ctx context.Context, tx *transaction, s directory.State) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, name, email, position FROM accounts")
	accounts, err := collect(rows, err, func(a *directory.Account) []any {
		return []any{&a.ID, &a.Name, &a.Email, &a.Position}
	})
	for _, a := range accounts {
		s.Accounts[a.ID] = a
	}
	return err
}

func readPermissionSets(ctx context.Context, tx *transaction, s directory.State) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+setColumns+" FROM permission_sets")
	sets, err := scanWholeSets(rows, err)
	for _, set := range sets {
		s.PermissionSets[set.Name] = set
	}
	return err
}

func readAssignments(ctx context.Context, tx *transaction, s directory.State) error {
	rows, err := tx.QueryContext(ctx, "SELECT principal_id, account_id, permission_set_id FROM assignments")
	assignments, err := collect(rows, err, func(a *directory.Assignment) []any {
		return []any{&a.PrincipalID, &a.AccountID, &a.PermissionSetID}
	})
	for _, a := range assignments {
		s.Assignments[a] = true
	}
	return err
}
