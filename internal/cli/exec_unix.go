//go:build !windows

package cli

import "syscall"

// become puts the program at path in the place of this one.
func become(path string, argv, env []string) error {
	err := syscall.Exec(path, argv, env)
	return notExecutable(argv[0], err)
}
