package importfile

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
)

// AWS's limits of an interactive session.
const (
	minSignInSession = 15 * time.Minute
	maxSignInSession = 90 * 24 * time.Hour
)

func (r *reader) user(n ast.Node, path string) directory.FileUser {
	u := directory.FileUser{Where: r.where(n, path)}
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"name":          r.checked(&u.Name, directory.ValidUserName),
		"email":         r.given(&u.Email, validEmail),
		"password":      r.secret(&u.Password, password.Valid),
		"password_hash": r.secret(&u.PasswordHash, password.ValidHash),
		"source":        r.checked(&u.Source, directory.ValidName),
		"external_id":   r.checked(&u.ExternalID, validExternalID),
		"disabled":      r.flag(&u.Disabled),
		"administrator": r.flag(&u.Administrator),
	})
	if !ok {
		return u
	}
	r.require(n, path, before, "name", u.Name)
	switch {
	case u.Password != "" && u.PasswordHash != "":
		r.mistake(n, path, "has both password and password_hash; want one")
	case len(r.mistakes) == before && (u.Source == "") != (u.ExternalID == ""):
		r.mistake(n, path, "source and external_id go together")
	case u.Source != "" && u.Password+u.PasswordHash != "":
		r.mistake(n, path, "is from outside, where the password is kept; want none here")
	}
	r.unique(n, path, "user", directory.UserKey(u.Name))
	return u
}

// validEmail takes what need not look like an address: a directory can have some
// from when that was not asked, and its export must be imported again.
func validEmail(text string) error { return directory.ValidLabel(text, 320) }

// validExternalID takes whatever a provider may call somebody.
func validExternalID(id string) error {
	if id == "" || len(id) > 1024 || !utf8.ValidString(id) {
		return errors.New("must be 1 to 1024 bytes of UTF-8")
	}
	return nil
}

// secret reads as checked does, without repeating the value in the error.
func (r *reader) secret(target *string, valid func(string) error) field {
	return func(n ast.Node, key string) {
		before := len(r.mistakes)
		value := r.text(n, key)
		if len(r.mistakes) > before {
			return
		}
		if err := valid(value); err != nil {
			r.mistake(n, key, "%v", err)
			return
		}
		*target = value
	}
}

func (r *reader) group(n ast.Node, path string) directory.FileGroup {
	var g directory.FileGroup
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"name": r.checked(&g.Name, directory.ValidName),
		"members": r.list(func(n ast.Node, key string) {
			var member directory.Ref
			r.ref(&member)(n, key)
			g.Members = append(g.Members, member)
		}),
	})
	if ok {
		r.require(n, path, before, "name", g.Name)
		r.unique(n, path, "group", g.Name)
	}
	return g
}

func (r *reader) account(n ast.Node, path string) directory.FileAccount {
	var a directory.FileAccount
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"id":    r.checked(&a.ID, directory.ValidAccountID),
		"name":  r.checked(&a.Name, directory.ValidName),
		"email": r.given(&a.Email, validEmail),
	})
	if ok {
		r.require(n, path, before, "id", a.ID, "name", a.Name)
		r.unique(n, path, "account", a.ID)
	}
	return a
}

func (r *reader) permissionSet(n ast.Node, path string) directory.FilePermissionSet {
	var s directory.FilePermissionSet
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"name":        r.checked(&s.Name, directory.ValidPermissionSetName),
		"description": r.given(&s.Description, directory.ValidDescription),
		"session_duration": func(n ast.Node, key string) {
			d := r.duration(n, key, directory.MinSessionDuration, directory.MaxSessionDuration)
			s.SessionDuration = &d
		},
		"relay_state":      r.given(&s.RelayState, directory.ValidRelayState),
		"managed_policies": r.managedPolicies(&s.ManagedPolicies),
		"inline_policy":    r.inlinePolicy(&s.InlinePolicy),
		"tags":             r.tags(&s.Tags),
	})
	if ok {
		r.require(n, path, before, "name", s.Name)
		r.unique(n, path, "permission set", s.Name)
	}
	return s
}

func (r *reader) managedPolicies(target **[]string) field {
	return func(n ast.Node, key string) {
		arns := []string{}
		before := len(r.mistakes)
		r.list(func(n ast.Node, key string) { arns = append(arns, r.text(n, key)) })(n, key)
		if len(r.mistakes) == before {
			r.complain(n, key, directory.ValidManagedPolicies(arns))
			*target = &arns
		}
	}
}

// inlinePolicy is not repeated in the error: it may have thousands of lines.
func (r *reader) inlinePolicy(target **string) field {
	return func(n ast.Node, key string) {
		before := len(r.mistakes)
		document := r.text(n, key)
		if len(r.mistakes) == before {
			r.complain(n, key, directory.ValidInlinePolicy(document))
			*target = &document
		}
	}
}

func (r *reader) tags(target **map[string]string) field {
	return func(n ast.Node, key string) {
		m, ok := n.(*ast.MappingNode)
		if !ok {
			r.mistake(n, key, "want keys and values, such as {team: payments}")
			return
		}
		tags := make(map[string]string, len(m.Values))
		before := len(r.mistakes)
		for _, value := range m.Values {
			tag := r.text(value.Key, key)
			tags[tag] = r.text(value.Value, join(key, tag))
		}
		if len(r.mistakes) == before {
			r.complain(n, key, directory.ValidTags(tags))
			*target = &tags
		}
	}
}

func (r *reader) assignment(n ast.Node, path string) directory.FileAssignment {
	var a directory.FileAssignment
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"account":        r.ref(&a.Account),
		"permission_set": r.ref(&a.PermissionSet),
		"user":           r.ref(&a.User),
		"group":          r.ref(&a.Group),
	})
	if !ok {
		return a
	}
	r.require(n, path, before, "account", a.Account.Name, "permission_set", a.PermissionSet.Name)
	if len(r.mistakes) == before && (a.User.Name == "") == (a.Group.Name == "") {
		r.mistake(n, path, "want either user or group")
	}
	return a
}

// ref reads the name of something that is defined elsewhere.
func (r *reader) ref(target *directory.Ref) field {
	return func(n ast.Node, key string) {
		r.checked(&target.Name, directory.ValidName)(n, key)
		target.Where = r.where(n, key)
	}
}
