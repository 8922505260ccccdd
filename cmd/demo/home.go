package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A home is a directory to live in for as long as the demonstration lasts: a
// home directory, a directory of programs, the center's database.
type home struct{ dir string }

func newHome() (home, error) {
	dir, err := os.MkdirTemp("", "latchkey-demo-")
	if err != nil {
		return home{}, err
	}
	h := home{dir}
	if err := h.furnish(); err != nil {
		return home{}, errors.Join(err, h.remove())
	}
	return h, nil
}

func (h home) furnish() error {
	for _, dir := range []string{h.user(), h.bin()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if os.Symlink(self, h.latchkey()) == nil {
		return nil
	}
	return copyProgram(self, h.latchkey()) // Windows asks for a privilege to link
}

func copyProgram(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if closed := target.Close(); err == nil {
		err = closed
	}
	return err
}

func (h home) remove() error { return os.RemoveAll(h.dir) }

func (h home) user() string   { return filepath.Join(h.dir, "home") }
func (h home) bin() string    { return filepath.Join(h.dir, "bin") }
func (h home) config() string { return filepath.Join(h.user(), ".aws", "config") }

func (h home) latchkey() string {
	name := "latchkey"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(h.bin(), name)
}

// command is a program that lives here, in the person's terminal. When ctx ends
// it is asked to stop, and stopped if it does not.
func (h home) command(ctx context.Context, path string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, arguments...)
	cmd.Env = h.environ(os.Environ())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// environ is the person's environment without what would lead AWS clients to
// the person's own accounts, files or endpoints, with the home directory here.
func (h home) environ(persons []string) []string {
	env := slices.DeleteFunc(slices.Clone(persons), func(v string) bool {
		return strings.HasPrefix(strings.ToUpper(v), "AWS_")
	})
	get := func(name string) string { return lookup(persons, name) }
	env = append(env,
		"HOME="+h.user(), "USERPROFILE="+h.user(), "PATH="+h.bin()+string(os.PathListSeparator)+get("PATH"),
		// botocore would ask a proxy even for this machine.
		"NO_PROXY="+join(get("NO_PROXY"), "127.0.0.1"), "no_proxy="+join(get("no_proxy"), "127.0.0.1"),
		"AWS_PAGER=",
	)
	if base := filepath.Join(get("HOME"), ".local"); get("HOME") != "" && get("PYTHONUSERBASE") == "" && runtime.GOOS == "linux" {
		env = append(env, "PYTHONUSERBASE="+base) // where pip put an aws that is the person's own
	}
	if browser := browserAtHome(get); browser != "" {
		env = append(env, "BROWSER="+browser)
	}
	return env
}

// enter is what to type in a shell to live here as well.
func (h home) enter(persons []string) string {
	if runtime.GOOS == "windows" {
		return fmt.Sprintf(`Remove-Item Env:AWS_*; $env:USERPROFILE = "%[1]s"; $env:HOME = "%[1]s"; $env:PATH = "%[2]s;$env:PATH"`, h.user(), h.bin())
	}
	var line strings.Builder
	for _, v := range persons {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			line.WriteString("unset " + name + "; ")
		}
	}
	fmt.Fprintf(&line, `export HOME='%s' PATH='%s':"$PATH"`, h.user(), h.bin())
	return line.String()
}

// browserAtHome is a value for BROWSER with which the browser that opens is the
// person's own, and not a new one in a home that is about to vanish. It is ""
// where the home directory has no say in that, or no browser can be opened.
func browserAtHome(get func(string) string) string {
	browser := get("BROWSER")
	if browser == "" && runtime.GOOS == "linux" && get("SSH_CONNECTION") == "" && get("DISPLAY")+get("WAYLAND_DISPLAY") != "" {
		if _, err := exec.LookPath("xdg-open"); err == nil {
			browser = "xdg-open"
		}
	}
	if browser == "" || runtime.GOOS == "windows" || strings.Contains(get("HOME"), "'") {
		return browser
	}
	return "env 'HOME=" + get("HOME") + "' " + browser
}

func lookup(environ []string, name string) string {
	for _, v := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

func join(list, item string) string {
	if list == "" {
		return item
	}
	return list + "," + item
}
