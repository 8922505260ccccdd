package directory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
)

// plain keeps passwords as they are.
type plain struct{}

func (plain) Hash(password string) (string, error) {
	if password == "bad" {
		return "", errors.New("password is bad")
	}
	return "hash of " + password, nil
}
func (plain) Verify(hash, password string) bool { return hash == "hash of "+password }

func newID() string { return "new" }

func state() directory.State {
	return directory.State{
		Version: 7,
		Users: map[string]directory.User{
			"alice": {ID: "u1", Name: "alice", Email: "a@example.com", PasswordHash: "hash of old", Disabled: true, Administrator: true},
			"carol": {ID: "u2", Name: "carol", Source: "corp", ExternalID: "7"},
		},
		Groups:   map[string]directory.Group{"g": {ID: "g1", Name: "g", Members: []string{"u1"}}},
		Accounts: map[string]directory.Account{"123456789011": {ID: "123456789011", Name: "Dev", Email: "d@example.com", Position: 4}},
		PermissionSets: map[string]directory.PermissionSet{"p": {ID: "p1", Name: "p", Description: "d", SessionDuration: 2 * time.Hour, Position: 5,
			RelayState: "/start", ManagedPolicies: []string{"m"}, InlinePolicy: "i", Tags: map[string]string{"k": "v"}}},
		Assignments: map[directory.Assignment]bool{},
	}
}

// What an entry does not say stays as it is.
func TestPlanKeepsWhatIsNotSaid(t *testing.T) {
	change, err := directory.File{
		Users:          []directory.FileUser{{Name: "alice"}, {Name: "carol"}},
		Groups:         []directory.FileGroup{{Name: "g", Members: []directory.Ref{{Name: "ALICE"}}}},
		Accounts:       []directory.FileAccount{{ID: "123456789011", Name: "Dev"}},
		PermissionSets: []directory.FilePermissionSet{{Name: "p"}},
	}.Plan(state(), plain{}, newID)
	if err != nil || !change.Empty() || change.Version != 7 {
		t.Errorf("%+v, %v", change, err)
	}
}

func TestPlanChangesWhatIsSaid(t *testing.T) {
	got, err := directory.File{
		Users: []directory.FileUser{{Name: "alice", Email: new(""), Disabled: new(false), Administrator: new(false), Password: "next"},
			{Name: "dave", Source: "corp", ExternalID: "9"}},
		Groups:   []directory.FileGroup{{Name: "g", Members: []directory.Ref{{Name: "dave"}}}},
		Accounts: []directory.FileAccount{{ID: "123456789011", Name: "Dev", Email: new("")}},
		PermissionSets: []directory.FilePermissionSet{{Name: "p", SessionDuration: new(time.Hour), Description: new(""), RelayState: new(""),
			InlinePolicy: new(""), ManagedPolicies: &[]string{}, Tags: &map[string]string{}}, {Name: "q"}},
		Assignments: []directory.FileAssignment{{Account: directory.Ref{Name: "123456789011"}, PermissionSet: directory.Ref{Name: "q"}, Group: directory.Ref{Name: "g"}}},
	}.Plan(state(), plain{}, newID)
	if err != nil {
		t.Fatal(err)
	}
	want := directory.Change{
		Version:  7,
		Users:    []directory.User{{ID: "u1", Name: "alice", PasswordHash: "hash of next"}, {ID: "new", Name: "dave", Source: "corp", ExternalID: "9"}},
		Groups:   []directory.Group{{ID: "g1", Name: "g", Members: []string{"new"}}},
		Accounts: []directory.Account{{ID: "123456789011", Name: "Dev", Position: 4}},
		PermissionSets: []directory.PermissionSet{
			{ID: "p1", Name: "p", SessionDuration: time.Hour, Position: 5, ManagedPolicies: []string{}, Tags: map[string]string{}},
			{ID: "new", Name: "q", SessionDuration: time.Hour, Position: 6}},
		Assignments: []directory.Assignment{{PrincipalID: "g1", AccountID: "123456789011", PermissionSetID: "new"}},
		Deeds: []directory.Deed{
			{"change": "user changed", "user": "alice"}, {"change": "user added", "user": "dave"},
			{"change": "group changed", "group": "g", "members": "dave"}, {"change": "account changed", "account": "123456789011"},
			{"change": "permission set changed", "permission_set": "p"}, {"change": "permission set added", "permission_set": "q"},
			{"change": "assignment added", "account": "123456789011", "permission_set": "q", "group": "g"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Nobody becomes somebody else by a file.
func TestPlanKeepsPeopleApart(t *testing.T) {
	for _, tt := range []struct {
		user directory.FileUser
		want string
	}{
		{directory.FileUser{Name: "alice", Where: "f:1", Source: "corp", ExternalID: "8"}, `f:1: user "alice" is another one in this directory, from this directory itself`},
		{directory.FileUser{Name: "carol", Where: "f:1", Source: "corp", ExternalID: "8"}, `f:1: user "carol" is another one in this directory, from corp`},
		{directory.FileUser{Name: "carol", Where: "f:1", Password: "x"}, `f:1: user "carol" is another one in this directory, from corp`},
		{directory.FileUser{Name: "carol", Where: "f:1", PasswordHash: "x"}, `f:1: user "carol" is another one in this directory, from corp`},
		{directory.FileUser{Name: "mallory", Where: "f:1", Source: "corp", ExternalID: "7"}, `f:1: user "mallory" of corp is user "carol" already`},
		{directory.FileUser{Name: "dave", Where: "f:1", Password: "bad"}, `f:1: password is bad`},
	} {
		_, err := directory.File{Users: []directory.FileUser{tt.user}}.Plan(state(), plain{}, newID)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v", tt.user, err)
		}
	}
}
