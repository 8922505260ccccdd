// Package awsconfig reads, resolves and edits ~/.aws/config and
// ~/.aws/credentials.
//
// The dialect is botocore's: Python's RawConfigParser, then botocore's mapping
// of sections to profiles. Other readers differ in many corners; this one
// follows the AWS CLI, so that a file means here what it means there, and
// refuses what the AWS CLI refuses, with the line and the reason.
//
// Edits keep every byte outside the lines that they mean to change. Paths and
// the environment are the caller's business.
package awsconfig

// Paths names the two files. Both are absolute; Credentials may be "".
type Paths struct{ Config, Credentials string }

// Config is what the two files say. It does not change.
type Config struct{ config, credentials *document }

// Load reads both files. One that is missing is empty. One that the AWS CLI
// would refuse is a *SyntaxError, however little of it is asked for later.
func Load(p Paths) (*Config, error) {
	config, err := load(p.Config)
	if err != nil {
		return nil, err
	}
	credentials, err := load(p.Credentials)
	if err != nil {
		return nil, err
	}
	return &Config{config, credentials}, nil
}

// Parse is Load for files that are already read.
func Parse(p Paths, config, credentials string) (*Config, error) {
	a, err := parse(p.Config, config)
	if err != nil {
		return nil, err
	}
	b, err := parse(p.Credentials, credentials)
	if err != nil {
		return nil, err
	}
	return &Config{a, b}, nil
}

// Profile is one profile, its values merged from both files.
type Profile struct {
	Name   string
	Values Section
}

// Profiles lists the names in the config file's order, then those that only the
// credentials file has.
func (c *Config) Profiles() []string {
	names := c.config.names(KindProfile)
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		seen[name] = true
	}
	for _, s := range c.credentials.sections {
		if !seen[s.name] {
			seen[s.name] = true
			names = append(names, s.name)
		}
	}
	return names
}

// Profile returns the profile name, which in the credentials file is the section
// of literally that name; its keys win over the config file's.
func (c *Config) Profile(name string) (Profile, bool) {
	own, inConfig := c.config.section(KindProfile, name)
	over, inCredentials := c.credentials.section(KindCredentials, name)
	switch {
	case inConfig && inCredentials:
		own.over, own.overPath = over.own, over.path
	case inCredentials:
		own = over
	}
	return Profile{name, own}, inConfig || inCredentials
}

// SSOSessions lists the names of the sso-session sections in the file's order.
func (c *Config) SSOSessions() []string { return c.config.names(KindSSOSession) }

// SSOSession returns the section [sso-session name].
func (c *Config) SSOSession(name string) (Section, bool) {
	return c.config.section(KindSSOSession, name)
}

// ServicesSections lists the names of the services sections in the file's order.
func (c *Config) ServicesSections() []string { return c.config.names(KindServices) }

// Services returns the section [services name].
func (c *Config) Services(name string) (Section, bool) {
	return c.config.section(KindServices, name)
}
