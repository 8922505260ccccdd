package store

import (
	"context"

	"latchkey/internal/center/directory"
)

// Lookup finds what is in the directory by name. What is not there is a
// *directory.UnknownError.
type Lookup struct{ on querier }

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) foundRow
}

// Lookup reads the directory as it is.
func (db *DB) Lookup() Lookup { return Lookup{db.read} }

// User returns a user by name, in any case.
func (l Lookup) User(ctx context.Context, name string) (directory.User, error) {
	var u directory.User
	err := l.on.QueryRowContext(ctx, "SELECT "+userColumns+" FROM users u WHERE name_key = ?", directory.UserKey(name)).
		Scan(userFields(&u)...)
	return u, unknown(err, directory.KindUser, name)
}

// AnyUser reports whether there is one.
func (l Lookup) AnyUser(ctx context.Context) (bool, error) {
	var n int
	err := l.on.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT id FROM users LIMIT 1) AS one").Scan(&n)
	return n > 0, err
}

// Group returns a group by name, without its members.
func (l Lookup) Group(ctx context.Context, name string) (directory.Group, error) {
	g := directory.Group{Name: name}
	err := l.on.QueryRowContext(ctx, "SELECT id FROM user_groups WHERE name = ?", name).Scan(&g.ID)
	return g, unknown(err, directory.KindGroup, name)
}

// Account returns an account by id.
func (l Lookup) Account(ctx context.Context, id string) (directory.Account, error) {
	a := directory.Account{ID: id}
	err := l.on.QueryRowContext(ctx, "SELECT name, email, position FROM accounts WHERE id = ?", id).
		Scan(&a.Name, &a.Email, &a.Position)
	return a, unknown(err, directory.KindAccount, id)
}

// PermissionSet returns a permission set by name, whole.
func (l Lookup) PermissionSet(ctx context.Context, name string) (directory.PermissionSet, error) {
	var row setRow
	err := l.on.QueryRowContext(ctx, "SELECT "+setColumns+" FROM permission_sets WHERE name = ?", name).Scan(row.fields()...)
	if err != nil {
		return directory.PermissionSet{}, unknown(err, directory.KindPermissionSet, name)
	}
	return row.set()
}

// CountAssignments returns how many assignments there are between these; an id
// that is "" is any.
func (l Lookup) CountAssignments(ctx context.Context, a directory.Assignment) (int, error) {
	var n int
	err := l.on.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM assignments
		WHERE (? = '' OR principal_id = ?) AND (? = '' OR account_id = ?) AND (? = '' OR permission_set_id = ?)`,
		a.PrincipalID, a.PrincipalID, a.AccountID, a.AccountID, a.PermissionSetID, a.PermissionSetID).Scan(&n)
	return n, err
}

// unknown is the error of a query that found nothing by name.
func unknown(err error, kind directory.Kind, name string) error {
	return orMissing(err, &directory.UnknownError{Kind: kind, Name: name})
}
