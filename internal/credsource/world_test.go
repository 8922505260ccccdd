package credsource_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/credsource"
	"latchkey/internal/ssocache"
)

var now = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// A world is a Finder with stand-ins for everything outside. calls lists what
// was asked of them.
type world struct {
	credsource.Finder
	env   map[string]string
	calls []string
	lives time.Duration // of an assumed role
	fails error         // what STS answers
}

func newWorld(t *testing.T, config, credentials string) *world {
	t.Helper()
	cfg, err := awsconfig.Parse(awsconfig.Paths{Config: "config", Credentials: "credentials"}, config, credentials)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{env: map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}, lives: time.Hour}
	w.Finder = credsource.Finder{
		Config: cfg, Cache: ssocache.In(t.TempDir()), Now: func() time.Time { return now },
		Getenv: func(name string) string { return w.env[name] }, Environ: w.environ,
		STS:  func() (credsource.STS, error) { return w, nil },
		Warn: func(err error) { w.calls = append(w.calls, "warning: "+err.Error()) },
		SignIn: func(_ context.Context, sso awsconfig.SSO) (awscred.Credentials, error) {
			w.calls = append(w.calls, "sign-in "+sso.Profile)
			return awscred.Credentials{AccessKeyID: "SSO-" + sso.Profile, SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(time.Hour)}, nil
		},
	}
	return w
}

func (w *world) environ() []string {
	env := []string{"GORACE=atexit_sleep_ms=0"} // this program is run many times
	for _, name := range slices.Sorted(maps.Keys(w.env)) {
		env = append(env, name+"="+w.env[name])
	}
	return env
}

func (w *world) AssumeRole(_ context.Context, source awscred.Credentials, in awsapi.AssumeRoleInput) (awsapi.AssumedRole, error) {
	call := fmt.Sprintf("%s assumes %s as %s", source.AccessKeyID, in.RoleARN, in.SessionName)
	for _, extra := range []string{in.ExternalID, in.SerialNumber, in.TokenCode} {
		if extra != "" {
			call += " " + extra
		}
	}
	if in.Duration > 0 {
		call += " for " + in.Duration.String()
	}
	w.calls = append(w.calls, call)
	return w.role(in.RoleARN)
}

func (w *world) AssumeRoleWithWebIdentity(_ context.Context, token awscred.Secret, roleARN, sessionName string) (awsapi.AssumedRole, error) {
	w.calls = append(w.calls, fmt.Sprintf("%s assumes %s as %s", token.Reveal(), roleARN, sessionName))
	return w.role(roleARN)
}

func (w *world) role(arn string) (awsapi.AssumedRole, error) {
	return awsapi.AssumedRole{ID: "AROA:x", ARN: "arn:aws:sts::1:assumed-role/x/x", Credentials: awscred.Credentials{
		AccessKeyID: "ROLE-" + arn, SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(w.lives), AccountID: "1",
	}}, w.fails
}

// files have one profile of every kind. %s is this program.
const config = `
[profile none]
region = us-east-1
[profile sso]
sso_start_url = https://d-1.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
[profile sso-and-all]
sso_start_url = https://d-1.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
aws_access_key_id = CONFIG
aws_secret_access_key = s
credential_process = /nonexistent
[profile sso-half]
sso_account_id = 123456789011
[profile keys]
aws_access_key_id = CONFIG
aws_secret_access_key = s
aws_session_token = t
[profile both-keys]
aws_access_key_id = CONFIG
aws_secret_access_key = s
[profile half-keys]
aws_access_key_id = CONFIG
[profile keys-of-two-files]
aws_secret_access_key = s
[profile login]
login_session = arn:aws:iam::1:user/a
[profile process-and-keys]
credential_process = %[1]s process plain
aws_access_key_id = CONFIG
aws_secret_access_key = s
[profile process-and-file]
credential_process = /nonexistent
[profile role]
role_arn = R
source_profile = sso
[profile role-all]
role_arn = R
source_profile = keys
role_session_name = me
external_id = x1
duration_seconds = 900
[profile role-bad-duration]
role_arn = R
source_profile = keys
duration_seconds = an hour
[profile role-mfa]
role_arn = R
source_profile = keys
mfa_serial = arn:aws:iam::1:mfa/me
[profile role-self]
role_arn = R
source_profile = role-self
aws_access_key_id = CONFIG
aws_secret_access_key = s
[profile role-self-loop]
role_arn = R
source_profile = role-self-loop
[profile role-of-process]
role_arn = R
source_profile = process-and-keys
[profile role-of-web]
role_arn = R
source_profile = web
[profile chain]
role_arn = TOP
source_profile = role
[profile chain-to-self]
role_arn = TOP
source_profile = role-self
[profile loop]
role_arn = R
source_profile = loop-b
[profile loop-b]
role_arn = R
source_profile = loop-c
[profile loop-c]
role_arn = R
source_profile = loop-b
[profile role-of-none]
role_arn = R
source_profile = none
[profile role-of-missing]
role_arn = R
source_profile = missing
[profile role-alone]
role_arn = R
sso_start_url = https://d-1.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
[profile role-both]
role_arn = R
source_profile = keys
credential_source = Environment
[profile role-env]
role_arn = R
credential_source = Environment
[profile role-ec2]
role_arn = R
credential_source = Ec2InstanceMetadata
[profile role-ecs]
role_arn = R
credential_source = EcsContainer
[profile role-odd]
role_arn = R
credential_source = environment
[profile web]
role_arn = W
web_identity_token_file = %[2]s
[profile web-named]
role_arn = W
web_identity_token_file = %[2]s
role_session_name = me
source_profile = keys
[profile web-missing]
role_arn = W
web_identity_token_file = /nonexistent/token
[profile web-alone]
web_identity_token_file = %[2]s
`

const credentials = `
[both-keys]
aws_access_key_id = FILE
aws_secret_access_key = s
aws_security_token = old
aws_session_token = new
[keys-of-two-files]
aws_access_key_id = FILE
[process-and-file]
aws_access_key_id = FILE
aws_secret_access_key = s
[only-here]
aws_access_key_id = FILE
aws_secret_access_key = s
`

func files(t *testing.T) *world {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("JWT\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return newWorld(t, fmt.Sprintf(config, program(t), token), credentials)
}

var session = "latchkey-session-" + strconv.FormatInt(now.Unix(), 10)
