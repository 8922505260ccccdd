package warm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
	"latchkey/internal/warm"
)

var now = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

const config = `[default]
region = us-west-2
[profile dev]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
[profile modern]
sso_session = corp
sso_account_id = 123456789011
sso_role_name = ReadOnly
[profile chained]
role_arn = arn:aws:iam::123456789011:role/x
source_profile = dev
sso_account_id = 123456789011
sso_role_name = ReadOnly
[profile half]
role_arn = arn:aws:iam::123456789011:role/x
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
[sso-session corp]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
`

// home has the config file, and role credentials that live for left.
func home(t *testing.T, left time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for id, session := range map[string]string{"ASIALEGACY": "", "ASIAMODERN": "corp"} {
		key := ssocache.CredentialsKey("123456789011", "ReadOnly", session, "https://my-sso-portal.awsapps.com/start")
		c := awscred.Credentials{AccessKeyID: id, SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(left)}
		if err := ssocache.In(dir).PutCredentials(key, c); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAnswer(t *testing.T) {
	const hour = time.Hour
	for _, tc := range []struct {
		name string
		args string
		env  map[string]string
		left time.Duration
		want string // part of the answer, "" for none
	}{
		{"profile", "--profile dev", nil, hour, `"AccessKeyId": "ASIALEGACY"`},
		{"joined flag", "--profile=dev --format=env", nil, hour, "export AWS_ACCESS_KEY_ID=ASIALEGACY\n"},
		{"session", "--profile modern --format fish", nil, hour, `set -gx AWS_ACCESS_KEY_ID "ASIAMODERN"`},
		{"AWS_PROFILE", "", map[string]string{"AWS_PROFILE": "dev"}, hour, "ASIALEGACY"},
		{"--profile before AWS_PROFILE", "--profile modern", map[string]string{"AWS_PROFILE": "dev"}, hour, "ASIAMODERN"},
		{"--profile before keys of the environment", "--profile dev", map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"}, hour, "ASIALEGACY"},
		{"keys of the environment", "", map[string]string{"AWS_ACCESS_KEY_ID": "AKIA", "AWS_PROFILE": "dev"}, hour, ""},
		{"fifteen minutes left", "--profile dev", nil, 15 * time.Minute, "ASIALEGACY"},
		{"less", "--profile dev", nil, 15*time.Minute - time.Second, ""},
		{"no such profile", "--profile none", nil, hour, ""},
		{"default without credentials", "", nil, hour, ""},
		{"role_arn comes first", "--profile chained", nil, hour, ""},
		{"role_arn without a source is an error", "--profile half", nil, hour, ""},
		{"web identity of the environment", "", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_PROFILE": "dev"}, hour, ""},
		{"--profile before web identity", "--profile dev", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, hour, "ASIALEGACY"},
		{"a circle of programs", "--profile dev", map[string]string{"_AWS_CLI_PROFILE_CHAIN": "dev"}, hour, ""},
		{"unknown flag", "--profile dev --debug", nil, hour, ""},
		{"unknown format", "--profile dev --format yaml", nil, hour, ""},
		{"help", "--help", nil, hour, ""},
		{"flag without value", "--profile", nil, hour, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"latchkey", "configure", "export-credentials"}, strings.Fields(tc.args)...)
			got, ok := warm.Answer(args, func(name string) string { return tc.env[name] }, home(t, tc.left), now)
			if ok != (tc.want != "") || !strings.Contains(string(got), tc.want) {
				t.Errorf("Answer = %q, %v, want %q", got, ok, tc.want)
			}
		})
	}
}

func TestOtherCommandsAreLeftAlone(t *testing.T) {
	for _, args := range [][]string{nil, {"latchkey"}, {"latchkey", "configure"}, {"latchkey", "sso", "login"}} {
		if got, ok := warm.Answer(args, func(string) string { return "" }, home(t, time.Hour), now); ok {
			t.Errorf("Answer(%q) = %q", args, got)
		}
	}
}
