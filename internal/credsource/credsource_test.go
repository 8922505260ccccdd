package credsource_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	w := &world{env: map[string]string{}, lives: time.Hour}
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
	var env []string
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

func TestOrder(t *testing.T) {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}
	web := map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/token", "AWS_ROLE_ARN": "E"}
	for _, tc := range []struct {
		profile string
		named   bool
		env     map[string]string
		want    string // access key, or part of the error
		calls   []string
	}{
		{"none", false, env, "ENV", nil},
		{"sso", false, env, "ENV", nil},
		{"sso", true, env, "SSO-sso", []string{"sign-in sso"}},
		{"none", false, map[string]string{"AWS_ACCESS_KEY_ID": "ENV"}, "no AWS_SECRET_ACCESS_KEY", nil},
		{"none", true, nil, `profile "none" has no credentials`, nil},
		{"none", true, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}, "those of the container are not served", nil},
		{"sso-and-all", true, nil, "SSO-sso-and-all", []string{"sign-in sso-and-all"}},
		{"sso-half", true, nil, "sso_role_name", nil},
		{"keys", true, nil, "CONFIG", nil},
		{"both-keys", true, nil, "FILE", nil},
		{"half-keys", true, nil, "has only one of aws_access_key_id and aws_secret_access_key", nil},
		{"keys-of-two-files", true, nil, "credentials:8: ", nil},
		{"only-here", true, nil, "FILE", nil},
		{"login", true, nil, `the sign-in of "aws login", which is not served here`, nil},
		{"process-and-keys", true, nil, "PROCESS", nil},
		{"process-and-file", true, nil, "FILE", nil},
		{"role", true, nil, "ROLE-R", []string{"sign-in sso", "SSO-sso assumes R as " + session}},
		{"role", false, env, "ENV", nil},
		{"role-all", true, nil, "ROLE-R", []string{"CONFIG assumes R as me x1 for 15m0s"}},
		{"role-bad-duration", true, nil, "ROLE-R", []string{`warning: config:50: profile "role-bad-duration": duration_seconds is not a number and does not count`, "CONFIG assumes R as " + session}},
		{"role-mfa", true, nil, `profile "role-mfa" needs the code of the MFA device arn:aws:iam::1:mfa/me`, nil},
		{"role-self", true, nil, "ROLE-R", []string{"CONFIG assumes R as " + session}},
		{"role-self-loop", true, nil, "role-self-loop -> role-self-loop", nil},
		{"role-of-process", true, nil, "ROLE-R", []string{"PROCESS assumes R as " + session}},
		{"role-of-web", true, nil, "ROLE-R", []string{"JWT assumes W as " + session, "ROLE-W assumes R as " + session}},
		{"chain", true, nil, "ROLE-TOP", []string{"sign-in sso", "SSO-sso assumes R as " + session, "ROLE-R assumes TOP as " + session}},
		{"chain-to-self", true, nil, "ROLE-TOP", []string{"CONFIG assumes TOP as " + session}},
		{"loop", true, nil, "leads round in a circle: loop -> loop-b -> loop-c -> loop-b", nil},
		{"role-of-none", true, nil, `names the source_profile "none", which has no credentials`, nil},
		{"role-of-missing", true, nil, `names the source_profile "missing", which does not exist`, nil},
		{"role-alone", true, nil, "neither source_profile nor credential_source", nil},
		{"role-both", true, nil, "both source_profile and credential_source", nil},
		{"role-env", true, env, "ROLE-R", []string{"ENV assumes R as " + session}},
		{"role-env", true, nil, "has no AWS_ACCESS_KEY_ID", nil},
		{"role-ec2", true, nil, "Ec2InstanceMetadata, which is not served here", nil},
		{"role-odd", true, env, `the credential_source "environment", which does not exist`, nil},
		{"web", true, web, "ROLE-W", []string{"JWT assumes W as " + session}},
		{"web", false, web, "/nonexistent/token", nil},
		{"sso", false, web, "/nonexistent/token", nil},
		{"role", false, web, "ROLE-R", []string{"sign-in sso", "SSO-sso assumes R as " + session}},
		{"role-of-web", false, web, "ROLE-R", []string{"JWT assumes W as " + session, "ROLE-W assumes R as " + session}},
		{"web-named", true, nil, "ROLE-W", []string{"JWT assumes W as me"}},
		{"web-missing", true, nil, "no such file", nil},
		{"web-alone", true, nil, "no role to assume", nil},
		{"web-alone", false, map[string]string{"AWS_ROLE_ARN": "E"}, "ROLE-E", []string{"JWT assumes E as " + session}},
	} {
		t.Run(tc.profile, func(t *testing.T) {
			w := files(t)
			w.Named = tc.named
			maps.Copy(w.env, tc.env)
			c, err := w.Credentials(t.Context(), tc.profile)
			got := c.AccessKeyID
			if err != nil {
				got = err.Error()
			}
			if got != tc.want && (err == nil || !strings.Contains(got, tc.want)) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if !slices.Equal(w.calls, tc.calls) {
				t.Errorf("calls %q, want %q", w.calls, tc.calls)
			}
		})
	}
}

// The older name of the token goes first, as in botocore.
func TestToken(t *testing.T) {
	w := files(t)
	if c, err := w.Credentials(t.Context(), "both-keys"); err != nil || c.SessionToken != "old" {
		t.Errorf("token %q, %v", c.SessionToken.Reveal(), err)
	}
	w.env = map[string]string{"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": "old"}
	if c, err := w.Credentials(t.Context(), "none"); err != nil || c.SessionToken != "old" {
		t.Errorf("token %q, %v", c.SessionToken.Reveal(), err)
	}
}

func TestEnvironmentExpires(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-22T20:00:01Z": "", "2026-11-22T21:00:00.5+00:00": "", "2026-11-22T20:00:00+00:00": "ended at", "tomorrow": "not a time",
	} {
		w := files(t)
		w.env = map[string]string{"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": text}
		c, err := w.Credentials(t.Context(), "none")
		if want == "" && (err != nil || c.Expiration.IsZero()) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %v, want %q", text, c.Expiration, err, want)
		}
	}
}

// A role in the cache asks nobody, a stale one everybody again.
func TestRoleIsKept(t *testing.T) {
	w := files(t)
	for range 2 {
		if _, err := w.Credentials(t.Context(), "chain"); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.calls) != 3 {
		t.Errorf("calls %q", w.calls)
	}
	w.calls, w.lives = nil, 14*time.Minute
	now := now.Add(46 * time.Minute)
	w.Now = func() time.Time { return now }
	if _, err := w.Credentials(t.Context(), "chain"); err != nil || len(w.calls) != 3 {
		t.Errorf("calls %q, %v", w.calls, err)
	}
}

func TestRoleIsRefused(t *testing.T) {
	w := files(t)
	refused := &awsapi.Error{Code: "AccessDenied", Description: "no", Operation: "AssumeRole", Status: 403}
	w.fails = refused
	_, err := w.Credentials(t.Context(), "role")
	if !errors.Is(err, refused) || !strings.HasPrefix(err.Error(), `profile "role": role R: AssumeRole was answered with AccessDenied`) {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(w.Cache.CLI); err == nil {
		if found, _ := filepath.Glob(filepath.Join(w.Cache.CLI, "*.json")); len(found) > 0 {
			t.Errorf("kept %v", found)
		}
	}
}

// A cache that cannot be written is told, and the credentials are there.
func TestCacheThatIsNoDirectory(t *testing.T) {
	w := files(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Cache.CLI = filepath.Join(file, "cache")
	c, err := w.Credentials(t.Context(), "role-all")
	if err != nil || c.AccessKeyID != "ROLE-R" {
		t.Fatalf("%v, %v", c.AccessKeyID, err)
	}
	if !slices.ContainsFunc(w.calls, func(s string) bool { return strings.HasPrefix(s, "warning: ") && strings.Contains(s, file) }) {
		t.Errorf("calls %q", w.calls)
	}
}

func TestMFA(t *testing.T) {
	w := files(t)
	var asked string
	w.Ask = func(_ context.Context, question string) (string, error) {
		asked = question
		return " 123456\n", nil
	}
	c, err := w.Credentials(t.Context(), "role-mfa")
	if err != nil || c.AccessKeyID != "ROLE-R" || asked != "Enter MFA code for arn:aws:iam::1:mfa/me: " {
		t.Errorf("%v, %v, asked %q", c.AccessKeyID, err, asked)
	}
	if want := []string{"CONFIG assumes R as " + session + " arn:aws:iam::1:mfa/me 123456"}; !slices.Equal(w.calls, want) {
		t.Errorf("calls %q, want %q", w.calls, want)
	}
	w = files(t)
	w.Ask = func(context.Context, string) (string, error) { return "", credsource.ErrNobody }
	if _, err := w.Credentials(t.Context(), "role-mfa"); !isMFA(err) || len(w.calls) > 0 {
		t.Errorf("err = %v, calls %q", err, w.calls)
	}
}

func isMFA(err error) bool {
	_, ok := errors.AsType[*credsource.MFARequiredError](err)
	return ok
}
