package compat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// everyKind are the profiles of configureTogether, and who a client is with each.
var everyKind = []struct {
	profile string
	arn     *regexp.Regexp
}{
	{"legacy", roleARN},
	{"session", roleARN},
	{"chained", regexp.MustCompile(`^arn:aws:sts::123456789022:assumed-role/Deploy/alice-ci$`)},
	{"process", roleARN},
}

// configureTogether has latchkey write a profile of every kind, each of which
// leads to the center when m is led there.
func configureTogether(t *testing.T, m *machine, c center) {
	t.Helper()
	latchkey := program(t, "latchkey")
	configureAs(t, m, c, "legacy", "--legacy", "--sso-start-url", awsStartURL)
	configureAs(t, m, c, "session", "--sso-session", "corp", "--sso-registration-scopes", "sso:account:access", "--sso-start-url", awsStartURL)
	set := func(profile, key, value string) {
		m.run(t, latchkey, "configure", "set", key, value, "--profile", profile)
	}
	set("chained", "role_arn", "arn:aws:iam::123456789022:role/ci/Deploy")
	set("chained", "source_profile", "legacy") // the AWS CLI 2.9 finds no token for a source with a session
	set("chained", "role_session_name", "alice-ci")
	set("process", "credential_process", `"`+latchkey+`" configure export-credentials --profile legacy`)
	for _, kind := range everyKind {
		set(kind.profile, "region", "us-west-2")
		set(kind.profile, "services", "there")
	}
	for _, service := range []string{"sts", "sso", "sso_oidc"} {
		m.run(t, latchkey, "configure", "set", service+".endpoint_url", c.origin, "--services", "there")
	}
}

// TestTogether: on one home, latchkey and each of AWS's clients use profiles of
// every kind at the same time, each time after tokens and credentials have
// ended. Whoever is first writes what the other then reads, and nobody fails.
func TestTogether(t *testing.T) {
	t.Parallel()
	m, c := newMachine(t), startCenter(t)
	configureTogether(t, ledTo(t, m, c), c)
	m = ruled(m)
	t.Run("AWS CLI v1", func(t *testing.T) {
		withCLI(t, m, cli(t, "AWS CLI v1", func(major, _ int) bool { return major == 1 }))
	})
	t.Run("AWS CLI v2", func(t *testing.T) { withCLI(t, m, cli2(t)) })
	t.Run("boto3", func(t *testing.T) {
		python := testneed.PythonModule(t, "boto3")
		together(t, m, each(func(t *testing.T, profile string) string {
			return arnIn(t, m.run(t, python, script(t, "identity.py"), profile))
		}))
	})
	t.Run("SDK for Go", func(t *testing.T) {
		together(t, m, each(func(t *testing.T, profile string) string { return sdkARN(t, m, profile) }))
	})
	t.Run("Terraform", func(t *testing.T) {
		module := terraformHead
		for _, kind := range everyKind {
			module += fmt.Sprintf(terraformKind, kind.profile)
		}
		together(t, m, startTerraform(t, m, module))
	})
}

func withCLI(t *testing.T, m *machine, aws string) {
	t.Helper()
	together(t, m, each(func(t *testing.T, profile string) string {
		return arnIn(t, m.run(t, aws, "sts", "get-caller-identity", "--profile", profile, "--output", "json"))
	}))
}

func arnIn(t *testing.T, printed []byte) string {
	t.Helper()
	var who identity
	if err := json.Unmarshal(printed, &who); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	return who.Arn
}

// each asks for one profile after the other.
func each(arnOf func(t *testing.T, profile string) string) func(*testing.T) map[string]string {
	return func(t *testing.T) map[string]string {
		arns := map[string]string{}
		for _, kind := range everyKind {
			arns[kind.profile] = arnOf(t, kind.profile)
		}
		return arns
	}
}

// ruled is m as ledTo leaves it, without the endpoint variable: the profiles say
// where to go. The SDK for Go would take the variable for its own calls alone,
// and look past what the profile says for those of a sign-in.
func ruled(m *machine) *machine { return m.with("AWS_DATA_PATH=" + filepath.Join(m.home, "aws-data")) }

// together has another client, which says who it is with each profile, use them
// all twice, each time after what is kept has ended.
func together(t *testing.T, m *machine, arns func(*testing.T) map[string]string) {
	t.Helper()
	for range 2 {
		age(t, m)
		var got map[string]string
		besideLatchkey(t, m, func() { got = arns(t) })
		for _, kind := range everyKind {
			if arn := got[kind.profile]; !kind.arn.MatchString(arn) {
				t.Errorf("with %s the client is %s, want %s", kind.profile, arn, kind.arn)
			}
		}
	}
	token, err := ssocache.In(m.home).Token(ssocache.TokenKey("", "corp"))
	if err != nil || token.RefreshToken == "" {
		t.Errorf("the token of the session is %+v, %v", token, err)
	}
}

// besideLatchkey does work while latchkey goes through the profiles, again and
// again.
func besideLatchkey(t *testing.T, m *machine, work func()) {
	t.Helper()
	latchkey := program(t, "latchkey")
	ctx, done := context.WithCancel(t.Context())
	ours := make(chan error, 1)
	go func() { ours <- latchkeyAsAll(ctx, m, latchkey) }()
	defer func() {
		done()
		if err := <-ours; err != nil {
			t.Error(err)
		}
	}()
	work()
}

// latchkeyAsAll goes through the profiles, at least once, until ctx ends. It
// leaves the processor to the other client for a while each time.
func latchkeyAsAll(ctx context.Context, m *machine, latchkey string) error {
	for {
		for _, kind := range everyKind {
			cmd := m.command(context.Background(), latchkey, "sts", "get-caller-identity", "--profile", kind.profile)
			out, err := cmd.Output()
			if exited, ok := errors.AsType[*exec.ExitError](err); ok {
				return fmt.Errorf("latchkey with %s: %w\n%s", kind.profile, err, exited.Stderr)
			}
			var who identity
			if err := errors.Join(err, json.Unmarshal(out, &who)); err != nil || !kind.arn.MatchString(who.Arn) {
				return fmt.Errorf("with %s latchkey is %s, want %s (%w)", kind.profile, out, kind.arn, err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// TestFilesOfOthers: latchkey takes the credentials that the AWS CLI has left in
// its cache, and calls nobody. Version 1 keeps those of assumed roles alone.
func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	t.Run("AWS CLI v1", func(t *testing.T) {
		leaves(t, cli(t, "AWS CLI v1", func(major, _ int) bool { return major == 1 }), "chained")
	})
	t.Run("AWS CLI v2", func(t *testing.T) { leaves(t, cli2(t), "legacy", "session", "chained") })
}

func leaves(t *testing.T, aws string, profiles ...string) {
	t.Helper()
	m, c := newMachine(t), startCenter(t)
	configureTogether(t, ledTo(t, m, c), c)
	m = ruled(m)
	for _, profile := range profiles {
		m.run(t, aws, "sts", "get-caller-identity", "--profile", profile)
	}
	away := m.with("AWS_ENDPOINT_URL=http://127.0.0.1:1")
	for _, profile := range profiles {
		away.run(t, program(t, "latchkey"), "configure", "export-credentials", "--profile", profile)
	}
}
