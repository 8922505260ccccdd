package importfile

import (
	"errors"
	"time"

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
	var u directory.FileUser
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"name":          r.checked(&u.Name, directory.ValidUserName),
		"email":         r.checked(&u.Email, label),
		"password":      r.secret(&u.Password, password.Valid),
		"password_hash": r.secret(&u.PasswordHash, password.ValidHash),
	})
	if !ok {
		return u
	}
	r.require(n, path, before, "name", u.Name)
	if u.Password != "" && u.PasswordHash != "" {
		r.mistake(n, path, "has both password and password_hash; want one")
	}
	r.unique(n, path, "user", directory.UserKey(u.Name))
	return u
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
		"name": r.checked(&g.Name, name),
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

func (r *reader) account(n ast.Node, path string) directory.Account {
	var a directory.Account
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"id":    r.checked(&a.ID, directory.ValidAccountID),
		"name":  r.checked(&a.Name, name),
		"email": r.checked(&a.Email, label),
	})
	if ok {
		r.require(n, path, before, "id", a.ID, "name", a.Name)
		r.unique(n, path, "account", a.ID)
	}
	return a
}

func (r *reader) permissionSet(n ast.Node, path string) directory.PermissionSet {
	s := directory.PermissionSet{SessionDuration: directory.MinSessionDuration}
	before := len(r.mistakes)
	ok := r.mapping(n, path, fields{
		"name": r.checked(&s.Name, directory.ValidPermissionSetName),
		"session_duration": func(n ast.Node, key string) {
			s.SessionDuration = r.duration(n, key, directory.MinSessionDuration, directory.MaxSessionDuration)
		},
	})
	if ok {
		r.require(n, path, before, "name", s.Name)
		r.unique(n, path, "permission set", s.Name)
	}
	return s
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
		r.checked(&target.Name, name)(n, key)
		target.Where = r.where(n, key)
	}
}

func name(text string) error {
	if text == "" {
		return errors.New("must not be empty")
	}
	return directory.ValidLabel(text, 128)
}

func label(text string) error {
	return directory.ValidLabel(text, 320) // the longest address, RFC 5321
}
