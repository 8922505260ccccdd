package awsconfig

import (
	"fmt"
	"strings"
)

// This file words what SSOLogin and SSOCredentials find wrong.

// String is how messages call the profile.
func (p Profile) String() string {
	if p.Name == "" {
		return "the default profile"
	}
	return fmt.Sprintf("profile %q", p.Name)
}

// flag is what to add to a command so that it takes the profile.
func (p Profile) flag() string {
	if p.Name == "" || p.Name == "default" {
		return ""
	}
	return " --profile " + shellWord(p.Name)
}

// exists reports whether p is in a file. Only the default profile need not be.
func (p Profile) exists() bool { return p.Name != "" }

// place returns PATH:LINE of the profile, or the path alone.
func (p Profile) place() string {
	if !p.exists() {
		return p.Values.path
	}
	return p.Values.Where("")
}

func notSSO(p Profile) error {
	return &ConfigError{
		Message: fmt.Sprintf("%s: %s has neither sso_account_id nor sso_role_name", p.place(), p),
		Hint:    fmt.Sprintf("run \"latchkey configure sso%s\" to have it use SSO", p.flag()),
		Err:     ErrNotSSO,
	}
}

func incompleteProfile(p Profile, missing []string) error {
	return &ConfigError{
		Message: fmt.Sprintf("%s: %s uses SSO but has no %s", p.place(), p, strings.Join(missing, ", ")),
		Hint:    fmt.Sprintf("run \"latchkey configure sso%s\"", p.flag()),
	}
}

func incompleteLogin(p Profile, missing []string) error {
	e := &ConfigError{
		Message: fmt.Sprintf("%s: %s has no %s", p.place(), p, strings.Join(missing, ", ")),
		Hint:    fmt.Sprintf("run \"latchkey configure sso%s\"", p.flag()),
	}
	if len(missing) == 2 {
		e.Err = ErrNotSSO
	}
	if !p.exists() {
		e.Message = fmt.Sprintf("%s: there is no default profile that uses SSO", p.Values.path)
		e.Hint = `run "latchkey configure sso", or name a profile with --profile`
	}
	return e
}

func incompleteSession(s Section, name string, missing []string) error {
	return &ConfigError{
		Message: fmt.Sprintf("%s: the sso-session %q has no %s", s.Where(""), name, strings.Join(missing, ", ")),
		Hint:    "run \"latchkey configure sso-session\" and give the same session name",
	}
}

func inconsistent(p Profile, session, key, mine, theirs string) error {
	message := fmt.Sprintf("%s: %s has another %s than its sso-session %q", p.Values.Where(key), p, key, session)
	// Any key can differ, one with a secret too.
	if strings.HasPrefix(key, "sso_") || key == "region" {
		message += fmt.Sprintf(": %s, not %s", mine, theirs)
	}
	return &ConfigError{Message: message, Hint: fmt.Sprintf("remove %s from the profile", key)}
}

// sessionHint names the sessions that there are.
func (c *Config) sessionHint() string {
	names := c.SSOSessions()
	if len(names) == 0 || len(names) > 10 {
		return `run "latchkey configure sso-session" to make it`
	}
	return fmt.Sprintf("there is %s; run \"latchkey configure sso-session\" to make another", strings.Join(names, ", "))
}

// shellWord quotes s for the shell where it needs it.
func shellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}
