package configfile

import (
	"errors"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
	"latchkey/internal/center/signin/oidc"
)

// Methods makes the ways to sign in. It reads the files that they name and asks
// nobody over a network: a directory that is away keeps no center from starting.
func (s SignIn) Methods() (signin.Methods, error) {
	m := signin.Methods{BuiltIn: signin.BuiltIn(s.BuiltIn)}
	var mistakes []error
	for _, config := range s.LDAP {
		method, err := ldap.New(config)
		m.Passwords, mistakes = append(m.Passwords, method), append(mistakes, err)
	}
	for _, config := range s.OIDC {
		method, err := oidc.New(config)
		m.Redirects, mistakes = append(m.Redirects, method), append(mistakes, err)
	}
	if err := errors.Join(mistakes...); err != nil {
		return signin.Methods{}, err
	}
	return m, m.Check()
}
