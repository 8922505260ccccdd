package directory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Plan says what has to change in s for it to be as f says; nothing that f does
// not name. It fills s with the result. IDs of new things come from newID.
// Its error joins one error for each thing that cannot be.
func (f File) Plan(s State, passwords Passwords, newID func() string) (Change, error) {
	p := planner{state: s, passwords: passwords, newID: newID}
	p.change.Version = s.Version
	p.users(f.Users)
	p.groups(f.Groups)
	p.accounts(f.Accounts)
	p.permissionSets(f.PermissionSets)
	p.assignments(f.Assignments)
	if f.SignInSession != 0 && f.SignInSession != s.SignInSession {
		p.change.SignInSession = f.SignInSession
		p.did("setting changed", "sign_in_session", f.SignInSession.String())
	}
	return p.change, errors.Join(p.mistakes...)
}

// Passwords hashes and checks passwords.
type Passwords interface {
	Hash(password string) (string, error)
	Verify(hash, password string) bool
}

type planner struct {
	state     State
	change    Change
	passwords Passwords
	newID     func() string
	mistakes  []error
	outside   map[[2]string]string // names of the users from outside, by source and id there
}

func (p *planner) mistake(err error) {
	p.mistakes = append(p.mistakes, err)
}

// did notes a deed; pairs are names of details and their values.
func (p *planner) did(what string, pairs ...string) {
	deed := Deed{"change": what}
	for i := 0; i < len(pairs); i += 2 {
		deed[pairs[i]] = pairs[i+1]
	}
	p.change.Deeds = append(p.change.Deeds, deed)
}

// addedOr says "user added" or "user changed".
func addedOr(exists bool, kind Kind) string {
	if exists {
		return string(kind) + " changed"
	}
	return string(kind) + " added"
}

// set makes target what the file says, if it does.
func set[T any](target *T, value *T) {
	if value != nil {
		*target = *value
	}
}

func (p *planner) users(users []FileUser) {
	for _, u := range users {
		had, exists := p.state.Users[UserKey(u.Name)]
		want := had
		want.Name = u.Name
		set(&want.Email, u.Email)
		set(&want.Disabled, u.Disabled)
		set(&want.Administrator, u.Administrator)
		if !exists {
			want.ID, want.Source, want.ExternalID = p.newID(), u.Source, u.ExternalID
		}
		p.origin(u, want)
		p.password(u, &want)
		if want != had {
			p.change.Users = append(p.change.Users, want)
			p.did(addedOr(exists, KindUser), "user", u.Name)
		}
		p.state.Users[UserKey(u.Name)] = want
	}
}

// origin complains of a user who would be somebody else: whoever is from outside
// is known by the id there, whatever the name.
func (p *planner) origin(u FileUser, want User) {
	if u.Source != "" && (u.Source != want.Source || u.ExternalID != want.ExternalID) ||
		u.Source == "" && want.Source != "" && u.Password+u.PasswordHash != "" {
		p.mistake(fmt.Errorf("%s: user %q is another one in this directory, from %s", u.Where, u.Name, cmp.Or(want.Source, "this directory itself")))
	}
	if want.Source == "" {
		return
	}
	if p.outside == nil {
		p.outside = make(map[[2]string]string)
		for key, had := range p.state.Users {
			p.outside[[2]string{had.Source, had.ExternalID}] = key
		}
	}
	id := [2]string{want.Source, want.ExternalID}
	if other, ok := p.outside[id]; ok && other != UserKey(u.Name) {
		p.mistake(fmt.Errorf("%s: user %q of %s is user %q already", u.Where, u.Name, want.Source, other))
	}
	p.outside[id] = UserKey(u.Name)
}

// password keeps a hash that is already that of the password: hashed again it
// would differ by its salt, and importing a file twice would change something.
func (p *planner) password(u FileUser, want *User) {
	switch {
	case u.PasswordHash != "":
		want.PasswordHash = u.PasswordHash
	case u.Password == "" || p.passwords.Verify(want.PasswordHash, u.Password):
	default:
		hash, err := p.passwords.Hash(u.Password)
		if err != nil {
			p.mistake(fmt.Errorf("%s: %w", u.Where, err))
		}
		want.PasswordHash = hash
	}
}

func (p *planner) groups(groups []FileGroup) {
	for _, g := range groups {
		had, exists := p.state.Groups[g.Name]
		want := Group{ID: had.ID, Name: g.Name, Members: p.members(g.Members)}
		if !exists {
			want.ID = p.newID()
		}
		if !exists || !slices.Equal(had.Members, want.Members) {
			p.change.Groups = append(p.change.Groups, want)
			p.did(addedOr(exists, KindGroup), "group", g.Name, "members", names(g.Members))
		}
		p.state.Groups[g.Name] = want
	}
}

// members returns the sorted ids of the users named by refs.
func (p *planner) members(refs []Ref) []string {
	ids := make(map[string]bool)
	for _, ref := range refs {
		u, ok := p.state.Users[UserKey(ref.Name)]
		if !ok {
			p.mistake(ref.unknown("user"))
			continue
		}
		ids[u.ID] = true
	}
	return slices.Sorted(maps.Keys(ids))
}

func names(refs []Ref) string {
	var all []string
	for _, ref := range refs {
		all = append(all, ref.Name)
	}
	return strings.Join(all, " ")
}

func (p *planner) accounts(accounts []FileAccount) {
	last := int64(0)
	for _, a := range p.state.Accounts {
		last = max(last, a.Position)
	}
	for _, a := range accounts {
		had, exists := p.state.Accounts[a.ID]
		want := had
		want.ID, want.Name = a.ID, a.Name
		set(&want.Email, a.Email)
		if !exists {
			last++
			want.Position = last
		}
		if want != had {
			p.change.Accounts = append(p.change.Accounts, want)
			p.did(addedOr(exists, KindAccount), "account", a.ID)
		}
		p.state.Accounts[a.ID] = want
	}
}

func (p *planner) permissionSets(sets []FilePermissionSet) {
	last := int64(0)
	for _, s := range p.state.PermissionSets {
		last = max(last, s.Position)
	}
	for _, s := range sets {
		had, exists := p.state.PermissionSets[s.Name]
		want := s.on(had)
		if !exists {
			last++
			want.ID, want.Position = p.newID(), last
			want.SessionDuration = cmp.Or(want.SessionDuration, MinSessionDuration)
		}
		if !want.Equal(had) {
			p.change.PermissionSets = append(p.change.PermissionSets, want)
			p.did(addedOr(exists, KindPermissionSet), "permission_set", s.Name)
		}
		p.state.PermissionSets[s.Name] = want
	}
}

// on is what had becomes by the file.
func (f FilePermissionSet) on(had PermissionSet) PermissionSet {
	want := had
	want.Name = f.Name
	set(&want.SessionDuration, f.SessionDuration)
	set(&want.Description, f.Description)
	set(&want.RelayState, f.RelayState)
	set(&want.InlinePolicy, f.InlinePolicy)
	set(&want.ManagedPolicies, f.ManagedPolicies)
	set(&want.Tags, f.Tags)
	return want
}

func (p *planner) assignments(assignments []FileAssignment) {
	for _, a := range assignments {
		resolved, ok := p.resolve(a)
		if ok && !p.state.Assignments[resolved] {
			p.change.Assignments = append(p.change.Assignments, resolved)
			p.state.Assignments[resolved] = true
			who, name := "user", a.User.Name
			if a.Group.Name != "" {
				who, name = "group", a.Group.Name
			}
			p.did(addedOr(false, KindAssignment), "account", resolved.AccountID, "permission_set", a.PermissionSet.Name, who, name)
		}
	}
}

func (p *planner) resolve(a FileAssignment) (Assignment, bool) {
	before := len(p.mistakes)
	account, ok := p.state.Accounts[a.Account.Name]
	if !ok {
		p.mistake(a.Account.unknown("account"))
	}
	set, ok := p.state.PermissionSets[a.PermissionSet.Name]
	if !ok {
		p.mistake(a.PermissionSet.unknown("permission set"))
	}
	principal := p.principal(a)
	return Assignment{principal, account.ID, set.ID}, len(p.mistakes) == before
}

func (p *planner) principal(a FileAssignment) string {
	if a.Group.Name != "" {
		g, ok := p.state.Groups[a.Group.Name]
		if !ok {
			p.mistake(a.Group.unknown("group"))
		}
		return g.ID
	}
	u, ok := p.state.Users[UserKey(a.User.Name)]
	if !ok {
		p.mistake(a.User.unknown("user"))
	}
	return u.ID
}
