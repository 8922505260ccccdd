package awsconfig

import (
	"fmt"
	"strings"
)

// SSO is how a profile, or an sso-session by itself, signs in and what for.
type SSO struct {
	Profile     string // "" when no profile was named and there is no default one
	SessionName string // "" for a legacy profile
	StartURL    string // as configured: cache files are named from it
	Region      string
	AccountID   string
	RoleName    string
	Scopes      []string // in order; nil when the key is absent, empty when its value is
}

// SSOLogin returns what signing in needs: start URL and region. A session named
// in the call goes before the one that the profile names; the profile must exist
// all the same. profile "" is the default one and need not exist.
func (c *Config) SSOLogin(profile, session string) (SSO, error) {
	p, err := c.resolve(profile)
	if err != nil {
		return SSO{}, err
	}
	in := p.Values
	named, ok := in.Get("sso_session")
	if session != "" {
		named, ok = session, true
	}
	if ok {
		if in, err = c.session(p, named, session != ""); err != nil {
			return SSO{}, err
		}
	}
	login := newSSO(p, in)
	login.SessionName = named
	missing := absent(in, "sso_start_url", "sso_region")
	switch {
	case len(missing) == 0:
		return login, nil
	case ok:
		return SSO{}, incompleteSession(in, named, missing)
	}
	return SSO{}, incompleteLogin(p, missing)
}

// SSOCredentials returns what getting credentials with SSO needs: all of it. It
// is an ErrNotSSO for a profile with neither sso_account_id nor sso_role_name:
// the AWS CLI takes its credentials from elsewhere.
func (c *Config) SSOCredentials(profile string) (SSO, error) {
	p, err := c.resolve(profile)
	if err != nil {
		return SSO{}, err
	}
	if len(absent(p.Values, "sso_account_id", "sso_role_name")) == 2 {
		return SSO{}, notSSO(p)
	}
	in, name := p.Values, ""
	if named, ok := in.Get("sso_session"); ok {
		name = named
		if in, err = c.session(p, named, false); err != nil {
			return SSO{}, err
		}
		if err := conflict(p, in, named); err != nil {
			return SSO{}, err
		}
	}
	if err := complete(p, in, name); err != nil {
		return SSO{}, err
	}
	creds := newSSO(p, in)
	creds.SessionName = name
	return creds, nil
}

// complete reports which of the values for credentials are missing. Account and
// role may stand in the session as well; for the token, start URL and region
// must.
func complete(p Profile, in Section, session string) error {
	var missing []string
	for _, key := range []string{"sso_role_name", "sso_account_id"} {
		if len(absent(p.Values, key)) > 0 && len(absent(in, key)) > 0 {
			missing = append(missing, key)
		}
	}
	login := absent(in, "sso_start_url", "sso_region")
	if session != "" && len(missing) == 0 && len(login) > 0 {
		return incompleteSession(in, session, login)
	}
	if missing = append(missing, login...); len(missing) > 0 {
		return incompleteProfile(p, missing)
	}
	return nil
}

// newSSO takes the profile's part from p, and the sign-in from in, which is the
// profile or its session.
func newSSO(p Profile, in Section) SSO {
	s := SSO{Profile: p.Name, Scopes: scopes(in)}
	s.StartURL, _ = in.Get("sso_start_url")
	s.Region, _ = in.Get("sso_region")
	s.AccountID = either(p.Values, in, "sso_account_id")
	s.RoleName = either(p.Values, in, "sso_role_name")
	return s
}

func either(a, b Section, key string) string {
	if value, ok := a.Get(key); ok {
		return value
	}
	value, _ := b.Get(key)
	return value
}

// scopes splits the comma list as the AWS CLI does. The name of the registration
// file tells an absent list from an empty one.
func scopes(s Section) []string {
	text, ok := s.Get("sso_registration_scopes")
	if !ok {
		return nil
	}
	list := []string{}
	for scope := range strings.SplitSeq(text, ",") {
		if scope = strip(scope); scope != "" {
			list = append(list, scope)
		}
	}
	return list
}

// absent lists the keys that s has no value for.
func absent(s Section, keys ...string) []string {
	var missing []string
	for _, key := range keys {
		if value, _ := s.Get(key); value == "" {
			missing = append(missing, key)
		}
	}
	return missing
}

// resolve returns the profile by name, "" being the default one.
func (c *Config) resolve(name string) (Profile, error) {
	if name == "" {
		p, ok := c.Profile("default")
		if !ok {
			return Profile{Values: Section{path: c.config.path}}, nil
		}
		return p, nil
	}
	p, ok := c.Profile(name)
	if !ok {
		return p, &ProfileNotFoundError{name}
	}
	return p, nil
}

// session returns the sso-session name, which the profile names unless asked is
// set.
func (c *Config) session(p Profile, name string, asked bool) (Section, error) {
	s, ok := c.SSOSession(name)
	switch {
	case ok:
		return s, nil
	case asked:
		return s, &ConfigError{
			Message: fmt.Sprintf("%s: the sso-session %q does not exist", c.config.path, name),
			Hint:    c.sessionHint(),
		}
	}
	return s, &ConfigError{
		Message: fmt.Sprintf("%s: %s names the sso-session %q, which does not exist", p.Values.Where("sso_session"), p, name),
		Hint:    c.sessionHint(),
	}
}

// conflict reports a key that profile and session both have, with different
// values: the AWS CLI refuses such a profile, whatever the key.
func conflict(p Profile, session Section, name string) error {
	for _, key := range session.Keys() {
		e, _ := session.entry(key)
		mine, _ := p.Values.entry(key)
		if mine == nil || sameValue(mine.value, e.value) {
			continue
		}
		return inconsistent(p, name, key, mine.value, e.value)
	}
	return nil
}
