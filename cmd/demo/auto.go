package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// The person's choices, as in the user guide.
const (
	userName    = "alice"
	accountID   = "123456789011"
	roleName    = "ReadOnly"
	profileName = "my-dev-profile"
)

// auto plays the person: it types the answers, goes through the pages, and
// fails at the first step that does not work.
func (s *story) auto(ctx context.Context) error {
	// Nothing here waits for a person.
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began := time.Now()
	t := &transcript{w: s.out}
	t.done("a center serves at %s, its people and roles those of the user guide", s.center.origin)
	for _, step := range []func(context.Context, *transcript) error{s.autoConfigure, s.autoProfile, s.autoIdentity} {
		if err := step(ctx, t); err != nil {
			return err
		}
	}
	t.done("every step worked, in %.1f s", time.Since(began).Seconds())
	return nil
}

func (s *story) autoConfigure(ctx context.Context, t *transcript) error {
	alice := person{name: userName, password: s.center.password, done: t.done}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &conversation{show: t, answers: s.answers()}
	c.attend = func(address, code string) error {
		err := alice.allow(address, code)
		if err != nil {
			cancel() // it would wait until the code has expired
		}
		return err
	}
	cmd := s.home.command(ctx, s.home.latchkey(), "configure", "sso", "--no-browser")
	t.command(words(cmd))
	if err := c.hold(cmd); err != nil {
		return fmt.Errorf("%s: %w", words(cmd), err)
	}
	t.done("latchkey configure sso: signed in, account and role chosen")
	return nil
}

// answers are those of the user guide, with this center's start URL.
func (s *story) answers() []answer {
	return []answer{
		{"SSO session name", ""}, {"SSO start URL", s.center.startURL()}, {"SSO region", region},
		{"Account", accountID}, {"Role", roleName},
		{"CLI default client Region", "us-west-2"}, {"CLI default output format", "json"}, {"CLI profile name", profileName},
	}
}

func (s *story) autoProfile(_ context.Context, t *transcript) error {
	written, err := os.ReadFile(s.home.config())
	if err != nil {
		return err
	}
	t.say("~/.aws/config is now:")
	fmt.Fprintf(t, "%s", written)
	for _, line := range []string{
		"[profile " + profileName + "]", "sso_start_url = " + s.center.startURL(), "sso_region = " + region,
		"sso_account_id = " + accountID, "sso_role_name = " + roleName, "region = us-west-2", "output = json",
	} {
		if !strings.Contains("\n"+string(written), "\n"+line+"\n") {
			return fmt.Errorf("the profile lacks the line %q", line)
		}
	}
	t.done("the profile was written to ~/.aws/config")
	return nil
}

var expectedARN = regexp.MustCompile(`^arn:aws:sts::` + accountID + `:assumed-role/AWSReservedSSO_` + roleName + `_[0-9a-f]{16}/` + userName + `$`)

func (s *story) autoIdentity(ctx context.Context, t *transcript) error {
	mine, err := identify(s.home.command(ctx, s.home.latchkey(), "sts", "get-caller-identity", "--profile", profileName), t)
	if err != nil {
		return err
	}
	if !expectedARN.MatchString(mine) {
		return fmt.Errorf("latchkey sts get-caller-identity: %s is not %s with %s", mine, userName, roleName)
	}
	t.done("the credentials are those of %s with the role %s", userName, roleName)
	return s.autoAWS(ctx, t, mine)
}

// autoAWS holds the AWS CLI, if there is one, to what latchkey says.
func (s *story) autoAWS(ctx context.Context, t *transcript, mine string) error {
	cmd, old, err := s.awsIdentity(ctx, profileName)
	if missing, ok := errors.AsType[noAWSError](err); ok {
		t.note("%s: what it says is not shown", missing)
		return nil
	}
	if err != nil {
		return err
	}
	theirs, err := identify(cmd, t)
	if err != nil {
		return err
	}
	if theirs != mine {
		return fmt.Errorf("aws sts get-caller-identity: %s, but latchkey says %s", theirs, mine)
	}
	t.done("the AWS CLI says the same")
	if old {
		t.note("it is an old one, which got the credentials and the address without the profile")
	}
	return nil
}

var arnLine = regexp.MustCompile(`"Arn": "([^"]+)"`)

// identify runs a get-caller-identity and returns the ARN that it prints.
func identify(cmd *exec.Cmd, t *transcript) (string, error) {
	t.command(words(cmd))
	var out strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, &out, t
	err := cmd.Run()
	fmt.Fprint(t, out.String())
	if err != nil {
		return "", fmt.Errorf("%s: %w", words(cmd), err)
	}
	found := arnLine.FindStringSubmatch(out.String())
	if found == nil {
		return "", fmt.Errorf("%s: it printed no ARN", words(cmd))
	}
	return found[1], nil
}
