package awsconfig

import (
	"errors"
	"fmt"
)

// Kind returns where the profile's credentials come from, in the AWS CLI's order
// of precedence: "assume-role", "legacy-sso", "sso", "static", "process" or
// "other". A profile that can only sign in, without account and role, is SSO too
// unless it has credentials of another kind.
func (c *Config) Kind(profile string) string {
	p, _ := c.Profile(profile)
	has := func(key string) bool { return len(absent(p.Values, key)) == 0 }
	sso := "legacy-sso"
	if has("sso_session") {
		sso = "sso"
	}
	switch {
	case has("role_arn") && (has("source_profile") || has("credential_source") || has("web_identity_token_file")):
		return "assume-role"
	case has("sso_account_id") || has("sso_role_name"):
		return sso
	case has("aws_access_key_id"):
		return "static"
	case has("credential_process"):
		return "process"
	case has("sso_session") || has("sso_start_url"):
		return sso
	}
	return "other"
}

// Problem says what keeps the profile from working, as far as the files show it;
// "" if nothing does.
func (c *Config) Problem(profile string) string {
	p, ok := c.Profile(profile)
	if !ok {
		return (&ProfileNotFoundError{profile}).Error()
	}
	var err error
	switch c.Kind(profile) {
	case "legacy-sso", "sso":
		if _, err = c.SSOCredentials(profile); errors.Is(err, ErrNotSSO) {
			_, err = c.SSOLogin(profile, "")
		}
	case "assume-role":
		err = c.sourceProblem(p)
	case "static":
		err = missingKey(p, "aws_secret_access_key")
	}
	if err == nil {
		err = c.servicesProblem(p)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func missingKey(p Profile, key string) error {
	if len(absent(p.Values, key)) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s has no %s", p.place(), p, key)
}

// sourceProblem follows source_profile until a profile with other credentials.
// A profile may be its own source: its static keys then assume its role.
func (c *Config) sourceProblem(p Profile) error {
	seen := map[string]bool{p.Name: true}
	for {
		name, ok := p.Values.Get("source_profile")
		if !ok || name == p.Name {
			return nil
		}
		next, ok := c.Profile(name)
		if !ok {
			return fmt.Errorf("%s: %s names the source_profile %q, which does not exist", p.Values.Where("source_profile"), p, name)
		}
		if seen[name] {
			return fmt.Errorf("%s: %s names the source_profile %q, which leads back to it", p.Values.Where("source_profile"), p, name)
		}
		if c.Kind(name) != "assume-role" {
			return nil
		}
		seen[name], p = true, next
	}
}

func (c *Config) servicesProblem(p Profile) error {
	name, ok := p.Values.Get("services")
	if !ok {
		return nil
	}
	if _, ok := c.Services(name); !ok {
		return fmt.Errorf("%s: %s names the services section %q, which does not exist", p.Values.Where("services"), p, name)
	}
	return nil
}
