package credsource_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/credsource"
)

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
		{"none", true, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}, `AWS_CONTAINER_CREDENTIALS_FULL_URI names the host x`, nil},
		{"keys", true, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}, "CONFIG", nil},
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
		{"role-ec2", true, nil, "takes its source from the EC2 instance: AWS_EC2_METADATA_DISABLED", nil},
		{"role-ecs", true, nil, "takes its source from the container, and the environment names none", nil},
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

// Many who need one role at once make one call.
func TestOneCallForAll(t *testing.T) {
	shared := files(t).Cache
	var calls atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		w := files(t)
		w.Cache = shared
		w.STS = func() (credsource.STS, error) {
			calls.Add(1)
			return w, nil
		}
		all.Go(func() {
			if c, err := w.Credentials(t.Context(), "role-all"); err != nil || c.AccessKeyID != "ROLE-R" {
				t.Errorf("%v, %v", c.AccessKeyID, err)
			}
		})
	}
	all.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}
