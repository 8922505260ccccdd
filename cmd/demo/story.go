package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A story is one demonstration: where it happens and who is told.
type story struct {
	home   home
	center demoCenter
	out    io.Writer
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// interactive lets the person do everything themselves, with the command in
// their terminal and the pages in their browser.
func (s *story) interactive(ctx context.Context) error {
	s.introduce()
	if err := s.run(ctx, s.home.command(ctx, s.home.latchkey(), "configure", "sso")); err != nil {
		return err
	}
	profile, err := s.showProfile()
	if err != nil {
		return err
	}
	if err := s.showIdentity(ctx, profile); err != nil {
		return err
	}
	s.explainHowToGoOn(profile)
	return waitForEnter(ctx)
}

func (s *story) introduce() {
	s.say(`A center, an Identity Center of one's own, serves at %[1]s.
Its person, accounts and roles are those of the AWS user guide. Everything is
kept in %[2]s
and is gone when this ends; your own ~/.aws is neither read nor written.

Answer the questions like this:

  SSO session name      just press Enter
  SSO start URL         %[3]s
  SSO region            %[4]s
  in the browser        sign in, compare the code, allow; you are
                          user name  %[5]s
                          password   %[6]s
  account and role      as you like, such as DeveloperAccount and ReadOnly
  the last questions    us-west-2, json, my-dev-profile
`, s.center.origin, s.home.dir, s.center.startURL(), region, userName, s.center.password)
}

// An endedError is the exit code of a command that has told the person itself
// what was wrong.
type endedError int

func (e endedError) Error() string { return fmt.Sprintf("the command ended with code %d", int(e)) }

// run shows a command and runs it in the person's terminal.
func (s *story) run(ctx context.Context, cmd *exec.Cmd) error {
	s.say("$ %s", words(cmd))
	err := cmd.Run()
	s.say("")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.ExitCode() > 0 {
		return endedError(ended.ExitCode())
	}
	return err
}

// words are what one would type for a command.
func words(cmd *exec.Cmd) string {
	name := strings.TrimSuffix(filepath.Base(cmd.Path), ".exe")
	return strings.Join(append([]string{name}, cmd.Args[1:]...), " ")
}

// showProfile shows what was written and returns the name that was chosen.
func (s *story) showProfile() (name string, err error) {
	written, err := os.ReadFile(s.home.config())
	if err != nil {
		return "", err
	}
	s.say("This is now in %s:\n", s.home.config())
	for line := range strings.Lines(string(written)) {
		fmt.Fprint(s.out, "  ", line)
	}
	s.say("\nAny AWS client can use it.\n")
	for line := range strings.Lines(string(written)) {
		section, ok := strings.CutSuffix(strings.TrimSpace(line), "]")
		if section == "[default" {
			return "default", nil
		}
		if name, isProfile := strings.CutPrefix(section, "[profile "); ok && isProfile {
			return strings.Trim(name, `"'`), nil
		}
	}
	return "", errors.New("no profile was written")
}

func (s *story) showIdentity(ctx context.Context, profile string) error {
	err := s.run(ctx, s.home.command(ctx, s.home.latchkey(), "sts", "get-caller-identity", "--profile", profile))
	if err != nil {
		return err
	}
	cmd, old, err := s.awsIdentity(ctx, profile)
	if missing, ok := errors.AsType[noAWSError](err); ok {
		s.say("(%s: what the AWS CLI says is not shown.)\n", missing)
		return nil
	}
	if err != nil {
		return err
	}
	if old {
		s.say("The AWS CLI here is an old one: it gets the credentials and the address without the profile.\n")
	}
	return s.run(ctx, cmd)
}

func (s *story) explainHowToGoOn(profile string) {
	s.say("To go on by hand, open another terminal and go to this home:\n")
	s.say("  %s", s.home.enter(os.Environ()))
	s.say(`  latchkey sso list-accounts --profile %[1]s
  latchkey configure export-credentials --profile %[1]s --format env
  latchkey sso logout

The center's own pages are at %[2]s. It serves until you press Enter here.`, profile, s.center.startURL())
}

// waitForEnter ends with the line, the end of input, or Ctrl-C: all are what
// was asked for.
func waitForEnter(ctx context.Context) error {
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // any end will do
	}()
	select {
	case <-read:
	case <-ctx.Done():
	}
	return nil
}
