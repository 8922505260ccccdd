package awsconfig_test

import (
	"errors"
	"strings"
	"testing"

	"latchkey/internal/awsconfig"

	"github.com/google/go-cmp/cmp"
)

const ssoConfig = `[profile legacy]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = readOnly

[profile portal]
sso_start_url = https://d-1.awsapps.com/start
sso_region = eu-west-1

[profile no-region]
sso_start_url = https://d-1.awsapps.com/start
sso_role_name = x

[profile plain]
region = us-west-2

[profile corp]
sso_session = corp
sso_account_id = 123456789011
sso_role_name = Admin

[profile bearer]
sso_session = corp

[profile lost]
sso_session = nowhere
sso_role_name = x

[profile torn]
sso_session = corp
sso_account_id = 1
sso_role_name = x
sso_region = eu-west-1

[profile agrees]
sso_session = corp
sso_account_id = 1
sso_role_name = x
sso_region = us-east-1

[profile half]
sso_session = half
sso_account_id = 1
sso_role_name = x
sso_region = us-east-1

[profile my p]
[profile 'my p']
sso_role_name = x

[sso-session corp]
sso_start_url = https://d-2.awsapps.com/start#/
sso_region = us-east-1
sso_registration_scopes = sso:account:access , codewhisperer:completions,

[sso-session half]
sso_start_url = https://d-2.awsapps.com/start
sso_registration_scopes =
`

var (
	legacy = awsconfig.SSO{
		Profile: "legacy", StartURL: "https://my-sso-portal.awsapps.com/start", Region: "us-east-1",
		AccountID: "123456789011", RoleName: "readOnly",
	}
	corp = awsconfig.SSO{
		Profile: "corp", SessionName: "corp", StartURL: "https://d-2.awsapps.com/start#/", Region: "us-east-1",
		AccountID: "123456789011", RoleName: "Admin",
		Scopes: []string{"sso:account:access", "codewhisperer:completions"},
	}
)

// with returns s changed for another profile.
func with(s awsconfig.SSO, profile, account, role string) awsconfig.SSO {
	s.Profile, s.AccountID, s.RoleName = profile, account, role
	return s
}

func TestSSOLogin(t *testing.T) {
	for _, tt := range []struct {
		profile, session string
		want             awsconfig.SSO
		err, hint        string
	}{
		{profile: "legacy", want: legacy},
		{profile: "portal", want: awsconfig.SSO{Profile: "portal", StartURL: "https://d-1.awsapps.com/start", Region: "eu-west-1"}},
		{profile: "corp", want: corp},
		{profile: "bearer", want: with(corp, "bearer", "", "")},
		{session: "corp", want: with(corp, "", "", "")},
		{profile: "legacy", session: "corp", want: with(corp, "legacy", "123456789011", "readOnly")},
		// Signing in uses the session alone: what the profile adds is no conflict.
		{profile: "torn", want: with(corp, "torn", "1", "x")},
		{profile: "no-region", err: `config:11: profile "no-region" has no sso_region`, hint: "latchkey configure sso --profile no-region"},
		{profile: "plain", err: `config:15: profile "plain" has no sso_start_url, sso_region`, hint: "latchkey configure sso --profile plain"},
		{profile: "my p", err: `config:49: profile "my p" has no`, hint: "--profile 'my p'"},
		{profile: "lost", err: `config:27: profile "lost" names the sso-session "nowhere", which does not exist`, hint: "there is corp, half"},
		{session: "zzz", err: `config: the sso-session "zzz" does not exist`, hint: "latchkey configure sso-session"},
		{profile: "half", err: `config:57: the sso-session "half" has no sso_region`, hint: "latchkey configure sso-session"},
		{profile: "nosuch", err: `profile "nosuch" is neither in`},
		{profile: "nosuch", session: "corp", err: `profile "nosuch" is neither in`},
		{err: "config: there is no default profile that uses SSO", hint: "--profile"},
	} {
		t.Run(tt.profile+"/"+tt.session, func(t *testing.T) {
			got, err := parse(t, ssoConfig, "").SSOLogin(tt.profile, tt.session)
			checkSSO(t, got, err, tt.want, tt.err, tt.hint)
		})
	}
}

func TestSSOCredentials(t *testing.T) {
	for _, tt := range []struct {
		profile   string
		want      awsconfig.SSO
		err, hint string
	}{
		{profile: "legacy", want: legacy},
		{profile: "corp", want: corp},
		{profile: "agrees", want: with(corp, "agrees", "1", "x")},
		{profile: "torn", err: `config:34: profile "torn" has another sso_region than its sso-session "corp": eu-west-1, not us-east-1`, hint: "remove sso_region"},
		{profile: "no-region", err: `config:11: profile "no-region" uses SSO but has no sso_account_id, sso_region`, hint: "latchkey configure sso --profile no-region"},
		{profile: "my p", err: `uses SSO but has no sso_account_id, sso_start_url, sso_region`, hint: "--profile 'my p'"},
		{profile: "half", err: `config:57: the sso-session "half" has no sso_region`},
		{profile: "lost", err: `config:27: profile "lost" names the sso-session "nowhere"`},
		{profile: "nosuch", err: `profile "nosuch" is neither in`},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			got, err := parse(t, ssoConfig, "").SSOCredentials(tt.profile)
			checkSSO(t, got, err, tt.want, tt.err, tt.hint)
		})
	}
}

func TestNotSSO(t *testing.T) {
	c := parse(t, ssoConfig, "")
	for _, profile := range []string{"plain", "portal", "bearer", ""} {
		if _, err := c.SSOCredentials(profile); !errors.Is(err, awsconfig.ErrNotSSO) {
			t.Errorf("SSOCredentials(%q) = %v, want ErrNotSSO", profile, err)
		}
	}
	if _, err := c.SSOCredentials("no-region"); err == nil || errors.Is(err, awsconfig.ErrNotSSO) {
		t.Errorf("an incomplete profile is ErrNotSSO: %v", err)
	}
	_, err := c.SSOLogin("nosuch", "")
	if e, ok := errors.AsType[*awsconfig.ProfileNotFoundError](err); !ok || e.Name != "nosuch" {
		t.Errorf("SSOLogin of no profile = %v, want a ProfileNotFoundError", err)
	}
}

// The name of a registration file tells these three apart.
func TestScopes(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                   nil,
		"sso_registration_scopes =":          {},
		"sso_registration_scopes = b, a ,,b": {"b", "a", "b"},
	} {
		c := parse(t, "[sso-session s]\nsso_start_url=u\nsso_region=r\n"+text, "")
		got, err := c.SSOLogin("", "s")
		if diff := cmp.Diff(want, got.Scopes); err != nil || diff != "" {
			t.Errorf("%q: %v, -want +got\n%s", text, err, diff)
		}
	}
}

// The credentials file's sections are merged over the config file's by their
// literal names.
func TestCredentialsFileWins(t *testing.T) {
	const config = "[default]\nregion = a\nsso_role_name = x\n[profile foo]\na = 1\nb = 2\n[profile bar]\na = 1\n"
	const credentials = "[foo]\nb = 3\nc = 4\n[profile bar]\na = 9\n[only here]\naws_access_key_id = AKIA\n[DEFAULT]\nz = 0\n"
	c := parse(t, config, credentials)
	want := values{
		"default":     {"region": "a", "sso_role_name": "x"},
		"foo":         {"a": "1", "b": "3", "c": "4", "z": "0"},
		"bar":         {"a": "1"},
		"profile bar": {"a": "9", "z": "0"},
		"only here":   {"aws_access_key_id": "AKIA", "z": "0"},
	}
	if diff := cmp.Diff(want, profiles(c)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"default", "foo", "bar", "profile bar", "only here"}, c.Profiles()); diff != "" {
		t.Errorf("order: -want +got\n%s", diff)
	}
	foo, _ := c.Profile("foo")
	for key, want := range map[string]string{"a": "config:5", "b": "credentials:2", "none": "config:4"} {
		if got := foo.Values.Where(key); got != want {
			t.Errorf("Where(%q) = %s, want %s", key, got, want)
		}
	}
}

func parse(t *testing.T, config, credentials string) *awsconfig.Config {
	t.Helper()
	c, err := awsconfig.Parse(awsconfig.Paths{Config: "config", Credentials: "credentials"}, config, credentials)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checkSSO(t *testing.T, got awsconfig.SSO, err error, want awsconfig.SSO, wantErr, wantHint string) {
	t.Helper()
	if wantErr == "" {
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("error %v, -want +got\n%s", err, diff)
		}
		return
	}
	if err == nil || !strings.HasPrefix(err.Error(), wantErr) && !strings.Contains(err.Error(), wantErr) {
		t.Fatalf("error %v, want %q", err, wantErr)
	}
	if e, ok := errors.AsType[*awsconfig.ConfigError](err); wantHint != "" && (!ok || !strings.Contains(e.Hint, wantHint)) {
		t.Errorf("%v: hint %q, want %q in it", err, e.Hint, wantHint)
	}
}
