package credsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
)

const (
	maxAnswer      = 64 << 10        // of a credential_process, in bytes
	processTimeout = 5 * time.Minute // a person may have to touch a key
	processGrace   = 2 * time.Second // for what it left behind to let go of the pipe
)

// process is the program that credential_process names. Its output is never
// kept: the program may keep it itself.
func (s *search) process(p awsconfig.Profile) (source, error) {
	line, ok := p.Values.Get("credential_process")
	if !ok {
		return nil, nil
	}
	words, ok := commandWords(runtime.GOOS, line)
	if !ok || len(words) == 0 || words[0] == "" {
		return nil, wrong(p, "credential_process", "has a credential_process that is no command: a quotation does not end, or nothing is there",
			"write the path of a program and its arguments, quoted as for a shell")
	}
	return func(ctx context.Context) (awscred.Credentials, error) {
		c, err := s.run(ctx, words)
		if err != nil {
			return awscred.Credentials{}, &ProcessError{Profile: p.Name, Program: words[0], Err: err}
		}
		if c.AccountID == "" {
			c.AccountID = value(p, "aws_account_id")
		}
		return c, nil
	}, nil
}

// A ProcessError is a credential_process that gave no credentials. Its text
// shows nothing of what the program wrote.
type ProcessError struct {
	Profile, Program string
	Err              error
}

func (e *ProcessError) Error() string {
	return fmt.Sprintf("profile %q: credential_process %s: %v", e.Profile, e.Program, e.Err)
}

func (e *ProcessError) Unwrap() error { return e.Err }

// run starts the program, without a shell, and reads its answer.
func (s *search) run(ctx context.Context, words []string) (awscred.Credentials, error) {
	bounded, cancel := context.WithTimeout(ctx, processTimeout)
	defer cancel()
	cmd := exec.CommandContext(bounded, words[0], words[1:]...)
	cmd.WaitDelay = processGrace
	cmd.Stdin, cmd.Stderr = s.Stdin, s.Stderr
	cmd.Env = append(without(s.Environ(), chainVariable), chainVariable+"="+formatChain(s.chain))
	out := &answer{}
	cmd.Stdout = out
	err := cmd.Run()
	exited, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return awscred.Credentials{}, ctx.Err()
	case bounded.Err() != nil:
		return awscred.Credentials{}, fmt.Errorf("did not answer within %v", processTimeout)
	case out.tooLong:
		return awscred.Credentials{}, fmt.Errorf("the answer is longer than %d KiB", maxAnswer>>10)
	case failed:
		return awscred.Credentials{}, fmt.Errorf("ended with %w", exited)
	case err != nil:
		return awscred.Credentials{}, err
	}
	return readAnswer(out.text, s.Now())
}

// without returns env but for the variable name.
func without(env []string, name string) []string {
	var kept []string
	for _, v := range env {
		if !strings.HasPrefix(v, name+"=") {
			kept = append(kept, v)
		}
	}
	return kept
}

// An answer takes maxAnswer bytes.
type answer struct {
	text    []byte
	tooLong bool
}

func (a *answer) Write(p []byte) (int, error) {
	if len(a.text)+len(p) > maxAnswer {
		a.tooLong = true
		return 0, errors.New("too long")
	}
	a.text = append(a.text, p...)
	return len(p), nil
}

// readAnswer reads the JSON of the credential_process protocol. Names are
// compared as they are written, which encoding/json does not do for structs.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
func readAnswer(text []byte, now time.Time) (awscred.Credentials, error) {
	var fields map[string]any
	if json.Unmarshal(text, &fields) != nil || fields == nil {
		return awscred.Credentials{}, errors.New("the answer is not a JSON object")
	}
	if version, ok := fields["Version"].(float64); !ok || version != 1 {
		return awscred.Credentials{}, errors.New("the answer does not have the Version 1")
	}
	get := func(name string) string {
		v, _ := fields[name].(string)
		return v
	}
	c := awscred.Credentials{
		AccessKeyID: get("AccessKeyId"), SecretAccessKey: awscred.Secret(get("SecretAccessKey")),
		SessionToken: awscred.Secret(get("SessionToken")), AccountID: get("AccountId"),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return awscred.Credentials{}, errors.New("the answer lacks AccessKeyId or SecretAccessKey")
	}
	if fields["Expiration"] == nil {
		return c, nil
	}
	var ok bool
	if c.Expiration, ok = parseTime(get("Expiration")); !ok {
		return awscred.Credentials{}, errors.New("the Expiration in the answer is not a time")
	}
	if !c.Expiration.After(now) {
		return awscred.Credentials{}, &ExpiredError{"the credentials in the answer", c.Expiration}
	}
	return c, nil
}
