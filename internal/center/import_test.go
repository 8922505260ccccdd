package center_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImportTwiceChangesNothing(t *testing.T) {
	w := serve(t)
	file := strings.Replace(guide, "users:\n", "users:\n  - {name: carol, password: plain words}\n", 1)
	if summary, err := w.Import(t.Context(), strings.NewReader(file), "guide.yaml"); err != nil || summary.Changed() != 1 {
		t.Fatalf("first import: %+v, %v", summary, err)
	}
	before := w.dump(t)
	summary, err := w.Import(t.Context(), strings.NewReader(file), "guide.yaml")
	if err != nil || summary.Changed() != 0 {
		t.Errorf("second import: %+v, %v", summary, err)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
}

// A reference may lead into the file or into what was imported before; one that
// leads nowhere keeps the whole file out.
func TestImportReferences(t *testing.T) {
	w := serve(t)
	before := w.dump(t)
	_, err := w.Import(t.Context(), strings.NewReader(`
users: [{name: carol}]
groups: [{name: ops, members: [carol, dave]}]
assignments:
  - {account: "123456789011", permission_set: ReadOnly, user: Alice}
  - {account: "123456789099", permission_set: Nope, group: nobody}
  - {account: "123456789011", permission_set: ReadOnly, user: erin}
`), "more.yaml")
	want := `more.yaml:3:39: groups[0].members[1]: there is no user "dave"
more.yaml:6:15: assignments[1].account: there is no account "123456789099"
more.yaml:6:47: assignments[1].permission_set: there is no permission set "Nope"
more.yaml:6:60: assignments[1].group: there is no group "nobody"
more.yaml:7:63: assignments[2].user: there is no user "erin"`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Errorf("something was imported: %s", diff)
	}
}

func TestImportChanges(t *testing.T) {
	w := serve(t)
	summary, err := w.Import(t.Context(), strings.NewReader(`
users: [{name: alice, email: new@example.com}, {name: bob, password: another word}]
groups: [{name: developers, members: [bob]}]
accounts: [{id: "123456789011", name: Renamed}]
`), "more.yaml")
	if err != nil || summary.Users != 2 || summary.Groups != 1 || summary.Accounts != 1 || summary.Changed() != 4 {
		t.Errorf("%+v, %v", summary, err)
	}
	p := w.person(t)
	p.signIn("bob", "another word")
	if got := p.open("/start"); !strings.Contains(got.text(), "Renamed") || got.id("no_assignments") != nil {
		t.Errorf("bob has what his new group has: %s", got.text())
	}
	if got := w.person(t).signIn("alice", "correct horse"); got.Path != "/start" {
		t.Errorf("alice's password was not in the file, so it stays: %s", got.alert())
	}
}
