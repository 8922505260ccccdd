package centercli

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// databaseVariable names the database where no flag and no file does. Unlike
// those of a flag, its passwords are not for everybody who lists processes.
const databaseVariable = "LATCHKEY_CENTER_DATABASE"

func databaseOption(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "database", "",
		"`URL` of the database: sqlite:PATH or postgres://… (default $"+databaseVariable+", or center.db in your state directory)")
}

// databaseURL returns url, the one of the environment, or the one in the user's
// state directory.
func databaseURL(e *env, url string) (string, error) {
	if url != "" {
		return url, nil
	}
	if url = e.getenv(databaseVariable); url != "" {
		return url, nil
	}
	dir := stateDir(e.getenv)
	if dir == "" {
		return "", withHint(errors.New("no home directory to keep the database in"), "name one with --database sqlite:PATH")
	}
	return "sqlite:" + filepath.Join(dir, "latchkey-center", "center.db"), nil
}

func stateDir(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if dir := getenv("LOCALAPPDATA"); runtime.GOOS == "windows" {
		return dir
	}
	home := getenv("HOME")
	switch {
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support")
	default:
		return filepath.Join(home, ".local", "state")
	}
}
