package cli

import (
	"cmp"
	"runtime"
	"slices"
	"strings"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
)

const (
	// execVariable tells a child of exec which profile it runs for.
	execVariable = "LATCHKEY_EXEC"
	// execSetVariable lists the settings that exec made of the profile's,
	// comma-separated. They do not count for another profile.
	execSetVariable = "LATCHKEY_EXEC_SET"
)

// conflicting are the variables from which AWS clients take credentials, or
// which profile or role to get them for. None but the child's own may be left.
func conflicting() []string {
	return []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_ACCOUNT_ID", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_CREDENTIAL_FILE",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		execVariable, execSetVariable,
	}
}

// A setting is a variable with its value.
type setting struct{ name, value string }

// childEnvironment is the environment of a command that runs with the profile's
// credentials. AWS_PROFILE cannot be in it: some AWS clients take a profile
// before the keys. What the profile says of regions and endpoints is therefore
// said by variables.
func (e *Env) childEnvironment(cfg *awsconfig.Config, profile awsconfig.Profile, c awscred.Credentials) []string {
	settings := slices.Concat(e.childRegion(profile), e.childEndpoints(cfg, profile), e.childSwitches(cfg, profile))
	drop, made := conflicting(), []string(nil)
	if e.Globals.Profile == "" {
		made = execSet(e.Getenv) // they are still there
	}
	for _, s := range settings {
		if e.Getenv(s.name) != s.value {
			made = append(made, s.name)
		}
		drop = append(drop, s.name)
	}
	env := remove(e.Environ(), drop)
	env = append(env, awscred.Variables(c)...)
	for _, s := range settings {
		env = append(env, s.name+"="+s.value)
	}
	name := profile.Name
	if e.keysAround() {
		name = e.Getenv(execVariable)
	}
	return append(env, execVariable+"="+name, execSetVariable+"="+strings.Join(made, ","))
}

// remove returns the variables of env but those of the names.
func remove(env, names []string) []string {
	var kept []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if !slices.Contains(names, name) {
			kept = append(kept, v)
		}
	}
	return kept
}

// keysAround reports whether the credentials are those of the environment,
// whose settings then belong to them.
func (e *Env) keysAround() bool {
	return e.Globals.Profile == "" && e.Getenv("AWS_ACCESS_KEY_ID") != ""
}

func (e *Env) childRegion(profile awsconfig.Profile) []setting {
	own, _ := profile.Values.Get("region")
	around := cmp.Or(e.Getenv("AWS_REGION"), e.Getenv("AWS_DEFAULT_REGION"))
	if e.keysAround() {
		own, around = around, own
	}
	region := cmp.Or(e.Globals.Region, own, around)
	if region == "" {
		return nil
	}
	return []setting{{"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}}
}

// childEndpoints says where the profile's calls go. Variables that are set
// already go before, as they do for every AWS client.
func (e *Env) childEndpoints(cfg *awsconfig.Config, profile awsconfig.Profile) []setting {
	const all, ignore = "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
	if v, _ := profile.Values.Get("ignore_configured_endpoint_urls"); v != "" && e.Getenv(ignore) == "" {
		return []setting{{ignore, v}}
	}
	if e.Getenv(all) != "" || e.Getenv(ignore) != "" {
		return nil
	}
	endpoints := endpointsOf(cfg, profile)
	fallback, _ := cfg.Profile("default")
	if len(endpoints) == 0 && len(endpointsOf(cfg, fallback)) > 0 && !e.namesEndpoint() {
		// Without a profile, clients would follow those of the default one.
		return []setting{{ignore, "true"}}
	}
	return slices.DeleteFunc(endpoints, func(s setting) bool { return e.Getenv(s.name) != "" })
}

// endpointsOf is what the profile and its services section say, as variables:
// "AWS_ENDPOINT_URL_<SERVICE>, where <SERVICE> is the service ID in capitals,
// with _ for spaces" (AWS SDKs and Tools Reference Guide, service-specific
// endpoints). The section has the same names in small letters.
func endpointsOf(cfg *awsconfig.Config, profile awsconfig.Profile) []setting {
	var found []setting
	if url, _ := profile.Values.Get("endpoint_url"); url != "" {
		found = append(found, setting{"AWS_ENDPOINT_URL", url})
	}
	name, _ := profile.Values.Get("services")
	section, _ := cfg.Services(name)
	for _, id := range section.Keys() {
		if url, _ := section.Nested(id, "endpoint_url"); url != "" && isServiceID(id) {
			found = append(found, setting{"AWS_ENDPOINT_URL_" + strings.ToUpper(id), url})
		}
	}
	return found
}

func isServiceID(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_'
	})
}

func (e *Env) namesEndpoint() bool {
	return slices.ContainsFunc(e.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_ENDPOINT_URL_") })
}

// childSwitches are the profile's other settings which lead calls elsewhere.
// What only the default profile has is switched off.
func (e *Env) childSwitches(cfg *awsconfig.Config, profile awsconfig.Profile) []setting {
	var found []setting
	fallback, _ := cfg.Profile("default")
	for _, s := range []struct{ key, variable, off string }{
		{"use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", "false"},
		{"use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", "false"},
		{"ca_bundle", "AWS_CA_BUNDLE", ""},
	} {
		value, _ := profile.Values.Get(s.key)
		if other, _ := fallback.Values.Get(s.key); value == "" && other != "" {
			value = s.off
		}
		if value != "" && e.Getenv(s.variable) == "" {
			found = append(found, setting{s.variable, value})
		}
	}
	return found
}

// execSet lists the settings that an exec around has made.
func execSet(getenv func(string) string) []string {
	return strings.FieldsFunc(getenv(execSetVariable), func(r rune) bool { return r == ',' })
}
