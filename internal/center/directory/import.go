package directory

import (
	"fmt"
	"time"
)

// File is what an import file says. Its values obey the rules of names; that
// its references lead somewhere is Plan's to check, as they may name what the
// directory has already. What is nil was not in the file: it stays as it is.
type File struct {
	Users          []FileUser
	Groups         []FileGroup
	Accounts       []FileAccount
	PermissionSets []FilePermissionSet
	Assignments    []FileAssignment
	SignInSession  time.Duration // 0: not in the file
}

// FileUser has a password, a hash of it, or neither: then the user keeps the
// one that the directory has. With Source and ExternalID the user is from
// outside, and has none.
type FileUser struct {
	Name                    string
	Where                   string // as in Ref
	Email                   *string
	Password, PasswordHash  string
	Source, ExternalID      string
	Disabled, Administrator *bool
}

// FileAccount is an account by its id.
type FileAccount struct {
	ID, Name string
	Email    *string
}

// FilePermissionSet is a permission set by its name.
type FilePermissionSet struct {
	Name                                  string
	SessionDuration                       *time.Duration
	Description, RelayState, InlinePolicy *string
	ManagedPolicies                       *[]string
	Tags                                  *map[string]string
}

// FileGroup has exactly the given members.
type FileGroup struct {
	Name    string
	Members []Ref
}

// FileAssignment gives a permission set in an account to a user or to a group;
// the other one is the zero Ref.
type FileAssignment struct {
	Account, PermissionSet, User, Group Ref
}

// Ref names something from a place in the file.
type Ref struct {
	Name  string
	Where string // "center.yaml:12:5: assignments[0].group"
}

func (r Ref) unknown(kind string) error {
	return fmt.Errorf("%s: there is no %s %q", r.Where, kind, r.Name)
}

// Group is a group with the ids of its members.
type Group struct {
	ID, Name string
	Members  []string
}

// Assignment gives a permission set in an account to the user or group whose
// id is PrincipalID.
type Assignment struct {
	PrincipalID, AccountID, PermissionSetID string
}

// State is a whole directory. Users are keyed by UserKey, accounts by id, the
// others by name.
type State struct {
	Users          map[string]User
	Groups         map[string]Group
	Accounts       map[string]Account
	PermissionSets map[string]PermissionSet
	Assignments    map[Assignment]bool
	SignInSession  time.Duration
	Version        int64 // grows with each change, from 1
}

// Change is what is to be written, new or changed: a group with all its
// members, the others as they are.
type Change struct {
	Users          []User
	Groups         []Group
	Accounts       []Account
	PermissionSets []PermissionSet
	Assignments    []Assignment
	SignInSession  time.Duration // 0: as it was

	Version int64  // of the State that it is made for; 0: of any
	By      string // who makes it, for the record
	Deeds   []Deed // what it does, for the record
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return len(c.Deeds) == 0 }

// Deed is one thing that was done to the directory, as details of an audit
// record: {"change": "user added", "user": "alice"}. It has no secret.
type Deed map[string]string
