package cli

import (
	"errors"
	"os"
	"os/exec"
)

// become runs the program at path and ends as it ends. Windows has no way to
// put it in the place of this one. Ctrl-C reaches both: this one, which takes
// notice of it since it began, waits for the other to decide.
func become(path string, argv, env []string) error {
	cmd := exec.Command(path, argv[1:]...)
	cmd.Args[0], cmd.Env = argv[0], env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exited, ok := errors.AsType[*exec.ExitError](err); ok {
		return &exitError{code: exited.ExitCode()}
	}
	if err != nil {
		return notExecutable(argv[0], err)
	}
	return nil
}
