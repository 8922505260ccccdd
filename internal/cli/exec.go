package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"
)

// Exit codes of a POSIX shell for a command that it cannot start.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// An exitError ends the program with a code that is not of its own making.
// Without a message nothing is printed.
type exitError struct {
	code          int
	message, hint string
}

func (e *exitError) Error() string { return e.message }

func newExecCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec [--profile P] [--] [COMMAND [ARG...]]",
		Short: "Run a command with the profile's credentials in its environment",
		Long: `Run a command with the profile's credentials and region in its environment, and
without the variables that would lead it elsewhere. Nothing of latchkey stays in
between: signals, job control and the exit code are the command's own.

Without a command it is your shell ($SHELL). LATCHKEY_EXEC then names the
profile, for your prompt.`,
		Example: `  latchkey exec --profile P -- terraform plan
  latchkey exec --profile P`,
		RunE: func(cmd *cobra.Command, args []string) error { return runExec(cmd.Context(), env, args) },
	}
	cmd.Flags().SetInterspersed(false) // flags after the command are the command's
	return cmd
}

func runExec(ctx context.Context, env *Env, argv []string) error {
	if len(argv) == 0 {
		argv = []string{env.shell()}
	}
	// Before anybody is asked for anything.
	path, err := findCommand(argv[0])
	if err != nil {
		return err
	}
	cfg, err := env.config()
	if err != nil {
		return err
	}
	env.warnOfSurrounding()
	_, creds, err := env.credentials(ctx, cfg)
	if err != nil {
		return err
	}
	name, _ := env.profileName()
	profile, _ := cfg.Profile(name)
	return become(path, argv, env.childEnvironment(cfg, profile, creds))
}

func (e *Env) shell() string {
	if runtime.GOOS == "windows" {
		return cmp.Or(e.Getenv("COMSPEC"), "cmd.exe")
	}
	return cmp.Or(e.Getenv("SHELL"), "/bin/sh")
}

func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrDot):
		return "", &exitError{exitNotExecutable, fmt.Sprintf("%s: found only in the current directory", name), "write ./" + name + " to run it"}
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", &exitError{exitNotFound, fmt.Sprintf("%s: command not found", name), ""}
	}
	return "", notExecutable(name, err)
}

func notExecutable(name string, err error) error {
	for _, layer := range []func(error) error{innerExec, innerPath} {
		err = layer(err)
	}
	return &exitError{exitNotExecutable, fmt.Sprintf("%s: cannot be run: %v", name, err), ""}
}

func innerExec(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	return err
}

func innerPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// warnOfSurrounding says it when a profile was named by a variable inside of an
// exec, whose credentials are in the environment and go before it.
func (e *Env) warnOfSurrounding() {
	outer, name := e.Getenv(execVariable), cmp.Or(e.Getenv("AWS_PROFILE"), e.Getenv("AWS_DEFAULT_PROFILE"))
	if outer == "" || name == "" || name == outer || e.Globals.Profile != "" || e.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return
	}
	e.warn(fmt.Errorf("these are the credentials of the profile %q, of the latchkey exec around: AWS_PROFILE does not count here, --profile does", outer))
}
