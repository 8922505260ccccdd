package importfile

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"latchkey/internal/center/directory"
)

// Format is the YAML that makes the directory s of an empty one; the same
// directory has the same bytes. Passwords are in it as hashes. Memberships that
// a sign-in method says are not: it says them again.
func Format(s directory.State) []byte {
	w := &writer{state: s, names: map[string]string{}, groups: map[string]bool{}}
	w.line("# The directory of a latchkey-center. Passwords are in it as hashes: keep it as")
	w.line("# well as the database. Second factors and sign-ins are not in it.")
	w.users()
	w.groupsAndMembers()
	w.accounts()
	w.permissionSets()
	w.assignments()
	w.line("settings:")
	w.line("  sign_in_session: %s", Duration(s.SignInSession))
	return []byte(w.b.String())
}

type writer struct {
	state  directory.State
	names  map[string]string // of users and groups, by id
	groups map[string]bool   // ids that are groups'
	b      strings.Builder
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format+"\n", args...)
}

// list begins a list of n things.
func (w *writer) list(key string, n int) {
	if n == 0 {
		key += ": []"
	} else {
		key += ":"
	}
	w.line("%s", key)
}

// field writes a key that has a value.
func (w *writer) field(key, value string) {
	if value != "" {
		w.line("    %s: %s", key, scalar(value))
	}
}

func (w *writer) flag(key string, value bool) {
	if value {
		w.line("    %s: true", key)
	}
}

func (w *writer) users() {
	w.list("users", len(w.state.Users))
	for _, key := range slices.Sorted(maps.Keys(w.state.Users)) {
		u := w.state.Users[key]
		w.names[u.ID] = u.Name
		w.line("  - name: %s", scalar(u.Name))
		w.field("email", u.Email)
		w.field("source", u.Source)
		w.field("external_id", u.ExternalID)
		if u.Source == "" {
			w.field("password_hash", u.PasswordHash)
		}
		w.flag("disabled", u.Disabled)
		w.flag("administrator", u.Administrator)
	}
}

func (w *writer) groupsAndMembers() {
	w.list("groups", len(w.state.Groups))
	for _, name := range slices.Sorted(maps.Keys(w.state.Groups)) {
		g := w.state.Groups[name]
		w.names[g.ID], w.groups[g.ID] = g.Name, true
		w.line("  - name: %s", scalar(g.Name))
		var members []string
		for _, id := range g.Members {
			members = append(members, w.names[id])
		}
		slices.SortFunc(members, func(a, b string) int { return cmp.Compare(directory.UserKey(a), directory.UserKey(b)) })
		for i, member := range members {
			if i == 0 {
				w.line("    members:")
			}
			w.line("      - %s", scalar(member))
		}
	}
}

func (w *writer) accounts() {
	accounts := slices.SortedFunc(maps.Values(w.state.Accounts), func(a, b directory.Account) int {
		return cmp.Compare(a.Position, b.Position)
	})
	w.list("accounts", len(accounts))
	for _, a := range accounts {
		w.line("  - id: %s", scalar(a.ID))
		w.field("name", a.Name)
		w.field("email", a.Email)
	}
}

func (w *writer) sets() []directory.PermissionSet {
	return slices.SortedFunc(maps.Values(w.state.PermissionSets), func(a, b directory.PermissionSet) int {
		return cmp.Compare(a.Position, b.Position)
	})
}

func (w *writer) permissionSets() {
	w.list("permission_sets", len(w.state.PermissionSets))
	for _, s := range w.sets() {
		w.line("  - name: %s", scalar(s.Name))
		w.field("description", s.Description)
		w.line("    session_duration: %s", Duration(s.SessionDuration))
		w.field("relay_state", s.RelayState)
		for i, arn := range s.ManagedPolicies {
			if i == 0 {
				w.line("    managed_policies:")
			}
			w.line("      - %s", scalar(arn))
		}
		w.policy(s.InlinePolicy)
		for i, key := range slices.Sorted(maps.Keys(s.Tags)) {
			if i == 0 {
				w.line("    tags:")
			}
			w.line("      %s: %s", scalar(key), scalar(s.Tags[key]))
		}
	}
}

// policy writes one of several lines as such, for people to read.
func (w *writer) policy(document string) {
	body, final := strings.CutSuffix(document, "\n")
	if !strings.Contains(body, "\n") || !blockForm.MatchString(body) {
		w.field("inline_policy", document)
		return
	}
	if final {
		w.line("    inline_policy: |")
	} else {
		w.line("    inline_policy: |-")
	}
	for line := range strings.SplitSeq(body, "\n") {
		w.line("      %s", line)
	}
}

// blockForm is what a literal block of YAML gives back as it was: lines of
// ASCII, the first and last of which begin with what is no space, none of them
// empty or ending in one.
var blockForm = regexp.MustCompile(`^[!-~](?:[ -~]*[!-~])?(?:\n[ ]*[!-~](?:[ -~]*[!-~])?)*$`)

func (w *writer) assignments() {
	w.list("assignments", len(w.state.Assignments))
	for _, a := range w.inOrder() {
		w.line("  - account: %s", scalar(a.AccountID))
		w.field("permission_set", a.PermissionSet)
		w.field("user", a.User)
		w.field("group", a.Group)
	}
}

// inOrder are the assignments by account, permission set, users, groups.
func (w *writer) inOrder() []directory.AssignmentNames {
	byID := map[string]directory.PermissionSet{}
	for _, s := range w.state.PermissionSets {
		byID[s.ID] = s
	}
	var all []directory.AssignmentNames
	for a := range w.state.Assignments {
		set := byID[a.PermissionSetID]
		n := directory.AssignmentNames{AccountID: a.AccountID, PermissionSet: set.Name}
		n.Key = directory.AssignmentKey{Account: w.state.Accounts[a.AccountID].Position, PermissionSet: set.Position}
		if w.groups[a.PrincipalID] {
			n.Group = w.names[a.PrincipalID]
		} else {
			n.User = w.names[a.PrincipalID]
		}
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b directory.AssignmentNames) int {
		return cmp.Or(
			cmp.Compare(a.Key.Account, b.Key.Account), cmp.Compare(a.Key.PermissionSet, b.Key.PermissionSet),
			cmp.Compare(a.Group, b.Group), cmp.Compare(directory.UserKey(a.User), directory.UserKey(b.User)))
	})
	return all
}

// plain is text that YAML takes for itself and nothing else.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./+=@-]*( [A-Za-z0-9_./+=@-]+)*$|^[A-Za-z][A-Za-z0-9_.:/+=@-]*[A-Za-z0-9]$`)

// scalar writes text so that any reader of YAML reads the same text.
func scalar(text string) string {
	if plain.MatchString(text) && !slices.Contains(otherThings, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// otherThings are words that YAML, 1.1 or 1.2, takes for something else.
var otherThings = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}

// Duration writes whole hours as 1h and not as 1h0m0s.
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
