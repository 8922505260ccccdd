package store

import (
	"context"

	"latchkey/internal/center/directory"
)

// The lists for those who administer the directory, each a page of up to limit
// things from the first one after the given.

// ListUsers returns users by name, after the one with the UserKey after.
func (db *DB) ListUsers(ctx context.Context, f directory.UserFilter, after string, limit int) ([]directory.User, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT "+userColumns+` FROM users u
		WHERE u.name_key > ? AND (? = '' OR u.source = ?) AND u.disabled >= ?
			AND (? = '' OR EXISTS (
				SELECT 1 FROM memberships m JOIN user_groups g ON g.id = m.group_id
				WHERE m.user_id = u.id AND g.name = ?))
		ORDER BY u.name_key LIMIT ?`, after, f.Source, f.Source, bit(f.Disabled), f.Group, f.Group, limit)
	return collect(rows, err, userFields)
}

// ListGroups returns groups by name, of which userName is a member unless it is
// "".
func (db *DB) ListGroups(ctx context.Context, userName, after string, limit int) ([]directory.GroupSize, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT g.id, g.name, (SELECT COUNT(*) FROM memberships m WHERE m.group_id = g.id) FROM user_groups g
		WHERE g.name > ? AND (? = '' OR EXISTS (
			SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
			WHERE m.group_id = g.id AND u.name_key = ?))
		ORDER BY g.name LIMIT ?`, after, userName, directory.UserKey(userName), limit)
	return collect(rows, err, func(g *directory.GroupSize) []any { return []any{&g.ID, &g.Name, &g.Members} })
}

// Members returns all members of a group, by name.
func (db *DB) Members(ctx context.Context, groupID string) ([]directory.Membership, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT u.name, m.source FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.group_id = ? ORDER BY u.name_key`, groupID)
	return collect(rows, err, membershipFields)
}

// Memberships returns the groups that a user is in, by name.
func (db *DB) Memberships(ctx context.Context, userID string) ([]directory.Membership, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT g.name, m.source FROM memberships m JOIN user_groups g ON g.id = m.group_id
		WHERE m.user_id = ? ORDER BY g.name`, userID)
	return collect(rows, err, membershipFields)
}

func membershipFields(m *directory.Membership) []any { return []any{&m.Name, &m.Source} }

// ListAccounts returns accounts by position.
func (db *DB) ListAccounts(ctx context.Context, after int64, limit int) ([]directory.Account, error) {
	rows, err := db.read.QueryContext(ctx,
		"SELECT id, name, email, position FROM accounts WHERE position > ? ORDER BY position LIMIT ?", after, limit)
	return collect(rows, err, func(a *directory.Account) []any { return []any{&a.ID, &a.Name, &a.Email, &a.Position} })
}

// ListPermissionSets returns permission sets by position.
func (db *DB) ListPermissionSets(ctx context.Context, after int64, limit int) ([]directory.PermissionSet, error) {
	rows, err := db.read.QueryContext(ctx,
		"SELECT "+setColumns+" FROM permission_sets WHERE position > ? ORDER BY position LIMIT ?", after, limit)
	return scanWholeSets(rows, err)
}

// ListAssignments returns assignments by account, permission set and the id of
// who has them.
func (db *DB) ListAssignments(ctx context.Context, f directory.AssignmentFilter, after directory.AssignmentKey, limit int) ([]directory.AssignmentNames, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT c.id, c.name, p.name, COALESCE(u.name, ''), COALESCE(g.name, ''), c.position, p.position, a.principal_id
		FROM assignments a
			JOIN accounts c ON c.id = a.account_id
			JOIN permission_sets p ON p.id = a.permission_set_id
			LEFT JOIN users u ON u.id = a.principal_id
			LEFT JOIN user_groups g ON g.id = a.principal_id
		WHERE (c.position, p.position, a.principal_id) > (?, ?, ?)
			AND (? = '' OR c.id = ?) AND (? = '' OR p.name = ?) AND (? = '' OR g.name = ?)
			AND (? = '' OR u.name_key = ? OR EXISTS (
				SELECT 1 FROM memberships m JOIN users w ON w.id = m.user_id
				WHERE m.group_id = a.principal_id AND w.name_key = ?))
		ORDER BY c.position, p.position, a.principal_id LIMIT ?`,
		after.Account, after.PermissionSet, after.Principal,
		f.Account, f.Account, f.PermissionSet, f.PermissionSet, f.Group, f.Group,
		f.User, directory.UserKey(f.User), directory.UserKey(f.User), limit)
	return collect(rows, err, func(a *directory.AssignmentNames) []any {
		return []any{&a.AccountID, &a.AccountName, &a.PermissionSet, &a.User, &a.Group,
			&a.Key.Account, &a.Key.PermissionSet, &a.Key.Principal}
	})
}
