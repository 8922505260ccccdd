package importfile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/importfile"
)

const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"

func TestParse(t *testing.T) {
	got, err := importfile.Parse("f", []byte(`
users:        [{name: alice, email: alice@example.com, password: 'a b'}, {name: bob, password_hash: '`+hash+`', disabled: true, administrator: false},
  {name: carol, source: corp, external_id: 7}]
groups:       [{name: developers, members: [alice]}]
accounts:     [{id: 012345678901, name: Dev Account, email: dev@example.com}]
permission_sets:
  - name: ReadOnly
  - name: Full
    session_duration: 12h
    description: All of it
    relay_state: https://console.aws.amazon.com/s3
    managed_policies: [arn:aws:iam::aws:policy/AdministratorAccess]
    inline_policy: |
      {
        "Statement": []
      }
    tags: {team: payments, cost center: 42}
assignments:
  - account: "012345678901"
    permission_set: ReadOnly
    group: developers
  - {account: "012345678901", permission_set: Full, user: bob}
settings:     {sign_in_session: 90m}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := directory.File{
		Users: []directory.FileUser{
			{Name: "alice", Where: "f:2:16: users[0]", Email: new("alice@example.com"), Password: "a b"},
			{Name: "bob", Where: "f:2:74: users[1]", PasswordHash: hash, Disabled: new(true), Administrator: new(false)},
			{Name: "carol", Where: "f:3:3: users[2]", Source: "corp", ExternalID: "7"},
		},
		Groups:   []directory.FileGroup{{Name: "developers", Members: []directory.Ref{{Name: "alice", Where: "f:4:45: groups[0].members[0]"}}}},
		Accounts: []directory.FileAccount{{ID: "012345678901", Name: "Dev Account", Email: new("dev@example.com")}},
		PermissionSets: []directory.FilePermissionSet{
			{Name: "ReadOnly"},
			{
				Name: "Full", SessionDuration: new(12 * time.Hour), Description: new("All of it"), RelayState: new("https://console.aws.amazon.com/s3"),
				ManagedPolicies: &[]string{"arn:aws:iam::aws:policy/AdministratorAccess"}, InlinePolicy: new("{\n  \"Statement\": []\n}\n"),
				Tags: &map[string]string{"team": "payments", "cost center": "42"},
			},
		},
		Assignments: []directory.FileAssignment{{
			Account:       directory.Ref{Name: "012345678901", Where: "f:19:14: assignments[0].account"},
			PermissionSet: directory.Ref{Name: "ReadOnly", Where: "f:20:21: assignments[0].permission_set"},
			Group:         directory.Ref{Name: "developers", Where: "f:21:12: assignments[0].group"},
		}, {
			Account:       directory.Ref{Name: "012345678901", Where: "f:22:15: assignments[1].account"},
			PermissionSet: directory.Ref{Name: "Full", Where: "f:22:47: assignments[1].permission_set"},
			User:          directory.Ref{Name: "bob", Where: "f:22:59: assignments[1].user"},
		}},
		SignInSession: 90 * time.Minute,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseNothing(t *testing.T) {
	for _, data := range []string{"", "# nothing yet\n", "---\n", "users: []\n"} {
		if f, err := importfile.Parse("f", []byte(data)); err != nil || len(f.Users) > 0 {
			t.Errorf("%q: %+v, %v", data, f, err)
		}
	}
}

// Each mistake with its place; a wrong secret is not repeated.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{"usres: []", "f:1:1: usres: unknown key; the keys here are accounts, assignments, groups, permission_sets, settings, users"},
		{"users: [{name: a, emial: x}]", "f:1:19: users[0].emial: unknown key; the keys here are administrator, disabled, email, external_id, name, password, password_hash, source"},
		{"users: {name: a}", "f:1:8: users: want a list"},
		{"users:\n", "f:1:8: users: want a list"},
		{"users: [a]", "f:1:9: users[0]: want keys and values, such as administrator: …"},
		{"- users", "f:1:1: want keys and values, such as accounts: …"},
		{"users: [{email: x}]", "f:1:9: users[0]: name is missing"},
		{"users: [{name: }]", "f:1:15: users[0].name: has no value"},
		{"users: [{name: [a]}]", "f:1:16: users[0].name: want text; put it in quotes"},
		{"users: [{name: true}]", "f:1:16: users[0].name: want text; put it in quotes"},
		{"users: [{name: a b}]", `f:1:16: users[0].name: "a b" must be 1 to 64 letters, digits or any of _+=,.@-`},
		{"users: [{name: &x a}]", "f:1:16: users[0].name: anchors, aliases and tags are not read here"},
		{"users: [{name: a, name: b}]", `f:1:19: mapping key "name" already defined at [1:10]`},
		{"users: [{name: a},\n  {name: A}]", `f:2:3: users[1]: user "a" is defined already, at line 1`},
		{`users: [{name: a, email: "x\ny"}]`, `f:1:26: users[0].email: "x\ny" must not contain control or invisible characters`},
		{"users: [{name: a, password: ' '}]", "f:1:29: users[0].password: must not be empty"},
		{"users: [{name: a, password: x, password_hash: '" + hash + "'}]", "f:1:9: users[0]: has both password and password_hash; want one"},
		{"users: [{name: a, password_hash: hunter2}]", "f:1:34: users[0].password_hash: must look like '$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH', in quotes"},
		{"users: [{name: a, password_hash: '" + strings.Replace(hash, "m=19456", "m=4096", 1) + "'}]",
			"f:1:34: users[0].password_hash: asks for too little work: want at least m=19456,t=2,p=1"},
		{"users: [{name: a, disabled: 'true'}]", "f:1:29: users[0].disabled: want true or false"},
		{"users: [{name: a, source: corp}]", "f:1:9: users[0]: source and external_id go together"},
		{"users: [{name: a, source: corp, external_id: 1, password: x}]", "f:1:9: users[0]: is from outside, where the password is kept; want none here"},
		{"groups: [{name: ''}]", `f:1:17: groups[0].name: "" must not be empty`},
		{"groups: [{name: g},{name: g}]", `f:1:20: groups[1]: group "g" is defined already, at line 1`},
		{"accounts: [{id: 123, name: a}]", `f:1:17: accounts[0].id: "123" must be 12 digits`},
		{"accounts: [{name: a}]", "f:1:12: accounts[0]: id is missing"},
		{"accounts: [{id: '123456789012', name: a},{id: 123456789012, name: b}]", `f:1:42: accounts[1]: account "123456789012" is defined already, at line 1`},
		{"permission_sets: [{name: " + strings.Repeat("a", 33) + "}]",
			`f:1:26: permission_sets[0].name: "` + strings.Repeat("a", 33) + `" must be 1 to 32 letters, digits or any of _+=,.@-`},
		{"permission_sets: [{name: a, session_duration: 13h}]", "f:1:47: permission_sets[0].session_duration: 13h is not from 1h to 12h"},
		{"permission_sets: [{name: a, session_duration: 30m}]", "f:1:47: permission_sets[0].session_duration: 30m is not from 1h to 12h"},
		{"permission_sets: [{name: a, session_duration: 1 hour}]", `f:1:47: permission_sets[0].session_duration: "1 hour" is no duration; write 90m or 8h`},
		{"permission_sets: [{name: a, session_duration: 1h0.5s}]", "f:1:47: permission_sets[0].session_duration: 1h0.5s is not of whole seconds"},
		{"permission_sets: [{name: a, relay_state: 'https://example.com/'}]", `f:1:42: permission_sets[0].relay_state: "https://example.com/" must be an https address of AWS's, such as https://eu-central-1.console.aws.amazon.com/s3, or a path of this center`},
		{"permission_sets: [{name: a, managed_policies: [ReadOnly]}]", `f:1:47: permission_sets[0].managed_policies: managed policy "ReadOnly" must look like arn:aws:iam::aws:policy/ReadOnlyAccess`},
		{"permission_sets: [{name: a, inline_policy: '{}'}]", "f:1:44: permission_sets[0].inline_policy: inline policy: no Statement"},
		{"permission_sets: [{name: a, tags: [b]}]", "f:1:35: permission_sets[0].tags: want keys and values, such as {team: payments}"},
		{"permission_sets: [{name: a, tags: {'aws:x': y}}]", `f:1:35: permission_sets[0].tags: tag "aws:x" begins with aws:, which is AWS's own`},
		{"assignments: [{permission_set: p, user: u}]", "f:1:15: assignments[0]: account is missing"},
		{"assignments: [{account: a, permission_set: p}]", "f:1:15: assignments[0]: want either user or group"},
		{"assignments: [{account: a, permission_set: p, user: u, group: g}]", "f:1:15: assignments[0]: want either user or group"},
		{"settings: {sign_in_session: 1m}", "f:1:29: settings.sign_in_session: 1m is not from 15m to 2160h"},
		{"settings: {sign_in: 1m}", "f:1:12: settings.sign_in: unknown key; the keys here are sign_in_session"},
		{"users: []\n---\nusers: []\n", "f:2:1: a second document; want one"},
		{"users: [", "f:1:8: sequence end token ']' not found"},
		{"users:\n\t- a", "f:2:1: found character '\t' that cannot start any token"},
		{"users: [{name: a b}]\naccounts: [{id: 1}]",
			`f:1:16: users[0].name: "a b" must be 1 to 64 letters, digits or any of _+=,.@-` + "\n" + `f:2:17: accounts[0].id: "1" must be 12 digits`},
	} {
		_, err := importfile.Parse("f", []byte(tt.data))
		if err == nil {
			t.Errorf("%q: no error, want %s", tt.data, tt.want)
			continue
		}
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%q: %s", tt.data, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"users: [{name: a, password: b}]", "users:\n  - name: a\n", "a: &x [*x]", "? [a]\n: b", "<<: {a: 1}",
		"accounts: [{id: 0x12, name: |\n  x\n}]", "- - - -", "{", "a: !!binary x", "\xff", "%YAML 1.2\n---\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := importfile.Parse("f", data)
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("an error without a place: %v", err)
		}
		if err != nil {
			return
		}
		for _, u := range file.Users {
			if directory.ValidUserName(u.Name) != nil {
				t.Errorf("user name %q", u.Name)
			}
		}
		for _, a := range file.Accounts {
			if directory.ValidAccountID(a.ID) != nil {
				t.Errorf("account id %q", a.ID)
			}
		}
	})
}
