package importfile_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/importfile"
)

// noPasswords is for files that have only hashes.
type noPasswords struct{}

func (noPasswords) Hash(string) (string, error) { return "", fmt.Errorf("there is no password here") }
func (noPasswords) Verify(string, string) bool  { return false }

// imported is the directory that text makes of an empty one, and how much.
func imported(t *testing.T, into directory.State, text []byte) (directory.State, directory.Change) {
	t.Helper()
	file, err := importfile.Parse("f", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	n := 0
	change, err := file.Plan(into, noPasswords{}, func() string { n++; return fmt.Sprintf("id%06d", n) })
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if file.SignInSession != 0 {
		into.SignInSession = file.SignInSession
	}
	return into, change
}

func nothing() directory.State {
	return directory.State{
		Users: map[string]directory.User{}, Groups: map[string]directory.Group{}, Accounts: map[string]directory.Account{},
		PermissionSets: map[string]directory.PermissionSet{}, Assignments: map[directory.Assignment]bool{},
	}
}

// What was exported and imported is exported again to the byte, and importing
// it once more changes nothing.
func TestFormatIsWhatParseReads(t *testing.T) {
	for seed := range uint64(300) {
		s := generate(rand.New(rand.NewPCG(seed, 0)))
		text := importfile.Format(s)
		got, change := imported(t, nothing(), text)
		if len(change.Users) != len(s.Users) || len(change.PermissionSets) != len(s.PermissionSets) {
			t.Fatalf("seed %d: %d users, %d permission sets", seed, len(change.Users), len(change.PermissionSets))
		}
		if diff := cmp.Diff(string(text), string(importfile.Format(got))); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		for name, set := range s.PermissionSets {
			if got := got.PermissionSets[name]; got.InlinePolicy != set.InlinePolicy || !cmp.Equal(got.Tags, set.Tags) {
				t.Errorf("seed %d: %+v became %+v", seed, set, got)
			}
		}
		if _, change := imported(t, got, text); !change.Empty() {
			t.Errorf("seed %d: importing it again: %v", seed, change.Deeds)
		}
	}
}

// generate makes a directory of names that YAML might take for something else.
func generate(r *rand.Rand) directory.State {
	s := nothing()
	s.SignInSession = time.Duration(900+r.IntN(100000)) * time.Second
	var ids []string
	for i := range r.IntN(6) {
		u := directory.User{ID: fmt.Sprint("u", i), Name: pick(r, userNames) + fmt.Sprint(i), Email: pick(r, labels),
			Disabled: r.IntN(2) == 0, Administrator: r.IntN(2) == 0}
		switch r.IntN(3) {
		case 0:
			u.Source, u.ExternalID = pick(r, labels[1:]), pick(r, externalIDs)+fmt.Sprint(i)
		case 1:
			u.PasswordHash = hash
		}
		s.Users[directory.UserKey(u.Name)] = u
		ids = append(ids, u.ID)
	}
	members := ids
	for i := range r.IntN(4) {
		g := directory.Group{ID: fmt.Sprint("g", i), Name: pick(r, labels[1:]) + fmt.Sprint(i)}
		for _, id := range members {
			if r.IntN(2) == 0 {
				g.Members = append(g.Members, id)
			}
		}
		s.Groups[g.Name] = g
		ids = append(ids, g.ID)
	}
	generateRoles(r, s, ids)
	return s
}

func generateRoles(r *rand.Rand, s directory.State, principals []string) {
	for i := range r.IntN(4) {
		a := directory.Account{ID: fmt.Sprintf("%012d", r.Int64N(1e12)), Name: pick(r, labels[1:]), Email: pick(r, labels), Position: int64(9 - i)}
		s.Accounts[a.ID] = a
	}
	for i := range r.IntN(4) {
		set := directory.PermissionSet{ID: fmt.Sprint("p", i), Name: pick(r, userNames) + fmt.Sprint(i), Description: pick(r, labels),
			SessionDuration: time.Hour + time.Duration(r.IntN(11*3600))*time.Second, Position: int64(9 - i), InlinePolicy: pick(r, policies)}
		if r.IntN(2) == 0 {
			set.ManagedPolicies = []string{"arn:aws:iam::aws:policy/job-function/Billing", "arn:aws-us-gov:iam::aws:policy/A=b"}
			set.Tags = map[string]string{pick(r, tags): pick(r, tags), "x": ""}
			set.RelayState = pick(r, []string{"", "/start?a=b#c", "https://console.aws.amazon.com/s3?x={'a': [1]}"})
		}
		s.PermissionSets[set.Name] = set
		for id := range s.Accounts {
			for _, principal := range principals {
				if r.IntN(3) == 0 {
					s.Assignments[directory.Assignment{PrincipalID: principal, AccountID: id, PermissionSetID: set.ID}] = true
				}
			}
		}
	}
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

var (
	userNames = []string{"alice", "Bob", "=", "@", "-", "0x1", "1e3", "true", "no", "a=b,c", ".inf", "2026-11-23", "-.", "+1"}
	labels    = []string{"", "x", "Dev: Account", "# no comment", " a b ", "'single' \"double\" \\back", "~", "null", "{a}", "[b]", "&x", "*x", "!t",
		"%y", "- x", "? x", "a: b", "a #b", "été 北京 ☃ 😀", "yes", "0o17", "|", ">", "<<", "1_000", "0", "a:", ":b", "@x", "`x", "a,b"}
	externalIDs = []string{"7", "https://idp.example.com sub|1", "\x00\x1b\u202e\U000e0041", "\n", "\u2028x\u0085", "\ufeff"}
	tags        = []string{"team", "cost center", "true", "1", "a:b", "=", "@", "été", "-", " x ", "a/b+c"}
	policies    = []string{
		"", `{"Statement":[]}`, "{\n  \"Statement\": []\n}", "{\n  \"Statement\": []\n}\n", "{\n  \"Statement\": []\n}\n\n", "\n{\"Statement\":[]}",
		" {\n\"Statement\":[]}", "{\r\n\"Statement\":[]\r\n}\r\n", "{\n\t\"Statement\": []\n}", "{\n \n\"Statement\": []  \n}", "{\"Statement\":[],\n\"Id\":\"# \u00e9: \u0085\"}",
		"{\"Statement\":[\n" + strings.Repeat(" {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"#: %\"},\n", 40) + "{\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\"}\n]}",
	}
)
