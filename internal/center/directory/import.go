package directory

import (
	"errors"
	"fmt"
	"time"
)

// File is what an import file says. Its values obey the rules of names; that
// its references lead somewhere is Plan's to check, as they may name what the
// directory has already.
type File struct {
	Users          []FileUser
	Groups         []FileGroup
	Accounts       []Account
	PermissionSets []PermissionSet
	Assignments    []FileAssignment
	SignInSession  time.Duration // 0: not in the file
}

// FileUser has a password, a hash of it, or neither: then the user keeps the
// one that the directory has.
type FileUser struct {
	Name, Email            string
	Password, PasswordHash string
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
}

// Passwords hashes and checks passwords.
type Passwords interface {
	Hash(password string) (string, error)
	Verify(hash, password string) bool
}

// Plan says what has to change in s for it to be as f says; nothing that f does
// not name. It fills s with the result. IDs of new things come from newID.
// Its error joins one error for each reference that leads nowhere.
func (f File) Plan(s State, passwords Passwords, newID func() string) (Change, error) {
	p := planner{state: s, passwords: passwords, newID: newID}
	p.users(f.Users)
	p.groups(f.Groups)
	p.accounts(f.Accounts)
	p.permissionSets(f.PermissionSets)
	p.assignments(f.Assignments)
	if f.SignInSession != 0 && f.SignInSession != s.SignInSession {
		p.change.SignInSession = f.SignInSession
	}
	return p.change, errors.Join(p.mistakes...)
}
