package awsconfig

// InConfigFile returns what the config file alone says of the profile, without
// what the credentials file puts over it.
func (c *Config) InConfigFile(profile string) (Section, bool) {
	return c.config.section(KindProfile, profile)
}

// InCredentialsFile returns what the credentials file alone says of the profile.
func (c *Config) InCredentialsFile(profile string) (Section, bool) {
	return c.credentials.section(KindCredentials, profile)
}

// IsNested reports whether key has a block of keys in place of a value.
func (s Section) IsNested(key string) bool {
	e, _ := s.entry(key)
	return e != nil && isNested(e.value)
}

// Plugins returns the section [plugins] of the config file, the only one that is
// neither a profile's nor has a name of its own.
func (c *Config) Plugins() (Section, bool) {
	return c.config.section(KindCredentials, "plugins")
}
