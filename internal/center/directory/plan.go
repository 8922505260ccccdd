package directory

import (
	"maps"
	"slices"
)

type planner struct {
	state     State
	change    Change
	passwords Passwords
	newID     func() string
	mistakes  []error
}

func (p *planner) mistake(err error) {
	p.mistakes = append(p.mistakes, err)
}

func (p *planner) users(users []FileUser) {
	for _, u := range users {
		had, exists := p.state.Users[UserKey(u.Name)]
		want := had
		want.Name, want.Email = u.Name, u.Email
		if !exists {
			want.ID = p.newID()
		}
		p.password(u, &want)
		if want != had {
			p.change.Users = append(p.change.Users, want)
		}
		p.state.Users[UserKey(u.Name)] = want
	}
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
			p.mistake(err)
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

func (p *planner) accounts(accounts []Account) {
	last := int64(0)
	for _, a := range p.state.Accounts {
		last = max(last, a.Position)
	}
	for _, want := range accounts {
		had, exists := p.state.Accounts[want.ID]
		want.Position = had.Position
		if !exists {
			last++
			want.Position = last
		}
		if want != had {
			p.change.Accounts = append(p.change.Accounts, want)
		}
		p.state.Accounts[want.ID] = want
	}
}

func (p *planner) permissionSets(sets []PermissionSet) {
	last := int64(0)
	for _, s := range p.state.PermissionSets {
		last = max(last, s.Position)
	}
	for _, want := range sets {
		had, exists := p.state.PermissionSets[want.Name]
		want.ID, want.Position = had.ID, had.Position
		if !exists {
			last++
			want.ID, want.Position = p.newID(), last
		}
		if want != had {
			p.change.PermissionSets = append(p.change.PermissionSets, want)
		}
		p.state.PermissionSets[want.Name] = want
	}
}

func (p *planner) assignments(assignments []FileAssignment) {
	for _, a := range assignments {
		resolved, ok := p.resolve(a)
		if ok && !p.state.Assignments[resolved] {
			p.change.Assignments = append(p.change.Assignments, resolved)
			p.state.Assignments[resolved] = true
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
