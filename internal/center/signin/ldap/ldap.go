// Package ldap signs people in at an LDAP directory, Active Directory included:
// it searches for the person, binds as the person, and reads the groups. It is
// the only package that speaks LDAP. What a person may then do, and how often
// somebody may try, is for others.
package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

// atOnce is how many sign-ins a center makes at one directory: each has two
// connections, and a directory has better things to do.
const atOnce = 16

// maxPassword is more than any directory keeps.
const maxPassword = 1024

// Method signs people in at one directory. It is a signin.PasswordMethod.
type Method struct {
	config     Config
	servers    []server
	word       string // the service account's password
	tls        *tls.Config
	attributes []string          // that filters compare with the name typed
	groups     map[string]string // by dnKey
	turns      chan struct{}
	first      atomic.Int64 // the server that answered last
}

// New reads the files that c names and connects to nothing: a directory that is
// away must not keep the center from starting.
func New(c Config) (*Method, error) {
	m, err := build(c)
	if err != nil {
		return nil, fmt.Errorf("ldap %q: %w", c.Name, err)
	}
	return m, nil
}

func build(c Config) (*Method, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	m := &Method{config: c, turns: make(chan struct{}, atOnce)}
	if m.servers, err = c.servers(); err != nil {
		return nil, err
	}
	if m.tls, err = signin.Trust(c.CAFile); err != nil {
		return nil, err
	}
	if m.word, err = c.bindPassword(); err != nil {
		return nil, err
	}
	if m.attributes, err = loginAttributes(c.UserFilter); err != nil {
		return nil, err
	}
	m.groups, err = c.Groups.groupMap()
	return m, err
}

func (c Config) bindPassword() (string, error) {
	if c.BindPasswordFile == "" {
		return "", nil
	}
	data, err := os.ReadFile(c.BindPasswordFile)
	if err != nil {
		return "", fmt.Errorf("bind_password_file: %w", err)
	}
	word := strings.TrimRight(string(data), "\r\n")
	if word == "" {
		return "", fmt.Errorf("bind_password_file: %s is empty", c.BindPasswordFile)
	}
	return word, nil
}

// Name is the method's in the configuration.
func (m *Method) Name() string { return m.config.Name }

// Authenticate returns who username is at the directory, if password is theirs:
// signin.ErrWrongPassword if not, whoever it is and whether or not there is
// somebody; *signin.RefusedError if the password is right and the directory
// refuses nevertheless. Other errors say which server does not answer, and why.
func (m *Method) Authenticate(ctx context.Context, username, password string) (signin.Identity, error) {
	if !plausible(username, password) {
		return signin.Identity{}, signin.ErrWrongPassword
	}
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	select {
	case m.turns <- struct{}{}:
		defer func() { <-m.turns }()
	case <-ctx.Done():
		return signin.Identity{}, fmt.Errorf("ldap %q: too many sign-ins at once: %w", m.config.Name, ctx.Err())
	}
	who, err := m.authenticate(ctx, username, password)
	if err != nil {
		return signin.Identity{}, m.explain(err)
	}
	return who, nil
}

// plausible refuses what must not reach a directory. "A server may treat a bind
// with a name and without a password as anonymous, and answer with success"
// (RFC 4513, section 5.1.2), and some end a password at its first NUL. A name
// that nobody here can have is counted against nobody's tries.
func plausible(username, password string) bool {
	return directory.ValidUserName(username) == nil && strings.TrimSpace(password) != "" &&
		!strings.Contains(password, "\x00") && len(password) <= maxPassword
}

func (m *Method) authenticate(ctx context.Context, username, password string) (signin.Identity, error) {
	service, err := m.service(ctx)
	if err != nil {
		return signin.Identity{}, err
	}
	defer service.close()
	entry, err := m.find(service, username)
	if errors.Is(err, signin.ErrWrongPassword) {
		// The same work as for somebody who exists: time tells nothing.
		_ = m.prove(ctx, service.server, "cn=nobody,"+m.config.BaseDN, password)
	}
	if err != nil {
		return signin.Identity{}, err
	}
	// On a connection of its own: what the service account may see and do is
	// never mixed with what the person may.
	if err := m.prove(ctx, service.server, entry.DN, password); err != nil {
		return signin.Identity{}, err
	}
	who, err := m.identity(entry)
	if err != nil {
		return signin.Identity{}, err
	}
	who.Groups, err = m.groupsOf(service, entry.DN, who.Name)
	return who, err
}

// explain leaves the two answers that are for the person as they are.
func (m *Method) explain(err error) error {
	if _, refused := errors.AsType[*signin.RefusedError](err); refused || errors.Is(err, signin.ErrWrongPassword) {
		return err
	}
	return fmt.Errorf("ldap %q: %w", m.config.Name, err)
}
