// Package directory says who there is and who may use which role: users,
// groups, accounts, permission sets and the assignments between them. It knows
// the rules of their names and how an import changes them; the database is the
// store's, the import file's dialect is importfile's.
package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// User is a person who can sign in.
type User struct {
	ID           string // made by the center, never changes
	Name         string // also the session name of the roles, see ValidUserName
	Email        string
	PasswordHash string // PHC string; "" lets nobody in
	// Source is the sign-in method that the user is from, "" for this directory;
	// ExternalID is the user's id there.
	Source, ExternalID string
	Disabled           bool // cannot sign in, and has no sessions or tokens
	Administrator      bool // may sign in with a password of this directory whatever the methods are
}

// Account is an AWS account.
type Account struct {
	ID       string // 12 digits
	Name     string
	Email    string
	Position int64 // its place in lists, greater than 0
}

// PermissionSet is what a person may be in an account; its name is the role's
// name to the person. Its limits are AWS's, see Check.
type PermissionSet struct {
	ID              string
	Name            string
	Description     string
	SessionDuration time.Duration // of the role's credentials
	RelayState      string        // where its console opens; "" for the first page
	Position        int64

	// These are read only where they are administered; what they allow is
	// answered by Policies of the store.
	ManagedPolicies []string          // ARNs
	InlinePolicy    string            // a JSON document, "" for none
	Tags            map[string]string // nil for none
}

// Equal reports whether s and t are the same in everything.
func (s PermissionSet) Equal(t PermissionSet) bool {
	return s.ID == t.ID && s.Name == t.Name && s.Description == t.Description &&
		s.SessionDuration == t.SessionDuration && s.RelayState == t.RelayState && s.Position == t.Position &&
		s.InlinePolicy == t.InlinePolicy &&
		slices.Equal(s.ManagedPolicies, t.ManagedPolicies) && maps.Equal(s.Tags, t.Tags)
}

// ErrNotFound is a user, or a role, that does not exist or is not assigned.
var ErrNotFound = errors.New("not found")

// Store answers who may use what. A user has what is assigned to the user or
// to one of the user's groups.
type Store interface {
	// Accounts returns up to limit accounts in which the user has any role, by
	// position, from the first one after the given position.
	Accounts(ctx context.Context, userID string, after int64, limit int) ([]Account, error)
	// Roles does the same for the user's permission sets in one account.
	Roles(ctx context.Context, userID, accountID string, after int64, limit int) ([]PermissionSet, error)
	// Role returns ErrNotFound unless the user may use the role.
	Role(ctx context.Context, userID, accountID, name string) (PermissionSet, error)
}
