// Package browser opens a web page for a person, and tells whether that can
// work here at all: in a remote shell or a container it would open nothing, or
// something in front of somebody else.
//
// It owns which URLs may reach a browser and which program is started. No
// shell is ever involved; what the person is told instead is the callers'
// concern.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Env is what the package sees of the machine. Functions that are nil find nothing.
type Env struct {
	Getenv   func(string) string
	GOOS     string
	LookPath func(file string) (string, error) // absolute path of a program
	ReadFile func(name string) ([]byte, error) // of /proc and of marker files
	// Start runs a program apart from the terminal. It returns once that has
	// run for a moment or ended well, and an error if it could not or failed.
	Start func(argv []string) error
}

// System is the real machine, with the variables that getenv gives.
func System(getenv func(string) string) Env {
	return Env{Getenv: getenv, GOOS: runtime.GOOS, LookPath: lookPath, ReadFile: os.ReadFile, Start: start}
}

// Decide reports whether a browser can be opened here, and if not, why: a
// phrase for a person, such as "this is a remote shell (SSH)". The variable
// BROWSER wins over everything that could be recognised.
func (e Env) Decide() (ok bool, why string) {
	if e.getenv("BROWSER") != "" {
		return true, ""
	}
	if why := e.away(); why != "" {
		return false, why
	}
	if len(e.openers()) == 0 {
		return false, "no browser was found"
	}
	return true, ""
}

// away names what stands between this shell and the person's screen.
func (e Env) away() string {
	switch {
	case e.anyVariable("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
		return "this is a remote shell (SSH)"
	case e.container(): // before WSL, on whose kernel containers run too
		return "this is a container"
	case e.wsl():
		if _, err := e.lookPath("wslview"); err != nil {
			return "this is WSL, and wslview is not installed"
		}
		return ""
	case e.anyVariable("CI"):
		return "this is a CI job"
	case e.unixDesktop() && !e.anyVariable("DISPLAY", "WAYLAND_DISPLAY"):
		return "there is no graphical display"
	}
	return ""
}

func (e Env) wsl() bool {
	if e.GOOS != "linux" {
		return false
	}
	if e.anyVariable("WSL_DISTRO_NAME", "WSL_INTEROP") {
		return true
	}
	release, err := e.readFile("/proc/sys/kernel/osrelease") // "…-microsoft-standard-WSL2"
	return err == nil && strings.Contains(strings.ToLower(string(release)), "microsoft")
}

func (e Env) container() bool {
	if e.anyVariable("REMOTE_CONTAINERS", "CODESPACES", "KUBERNETES_SERVICE_HOST") {
		return true
	}
	for _, marker := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := e.readFile(marker); err == nil {
			return true
		}
	}
	return false
}

func (e Env) unixDesktop() bool {
	return e.GOOS != "darwin" && e.GOOS != "windows"
}

func (e Env) anyVariable(names ...string) bool {
	for _, name := range names {
		if e.getenv(name) != "" {
			return true
		}
	}
	return false
}

// Open shows the page in a browser. It returns once a program has started and
// not failed within a moment, or with the errors of all that were tried.
func (e Env) Open(ctx context.Context, url string) error {
	url, err := CheckURL(url)
	if err != nil {
		return err
	}
	commands, err := e.commands(url)
	if err != nil {
		return err
	}
	var failed []error
	for _, argv := range commands {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := e.run(argv)
		if err == nil {
			return nil
		}
		failed = append(failed, fmt.Errorf("%s: %w", argv[0], err))
	}
	return errors.Join(failed...)
}

func (e Env) run(argv []string) error {
	path, err := e.lookPath(argv[0])
	if err != nil {
		return err
	}
	if e.Start == nil {
		return errors.ErrUnsupported
	}
	return e.Start(append([]string{path}, argv[1:]...))
}

// commands are the programs to try, in order, with their arguments.
func (e Env) commands(url string) ([][]string, error) {
	list := e.getenv("BROWSER")
	if list == "" {
		openers := e.openers()
		if len(openers) == 0 {
			return nil, errors.New("no browser was found")
		}
		for i := range openers {
			openers[i] = append(openers[i], url)
		}
		return openers, nil
	}
	var commands [][]string
	for _, words := range splitBrowser(list, e.GOOS) {
		if len(words) == 0 {
			continue
		}
		argv, err := withURL(words, url)
		if err != nil {
			return nil, err
		}
		commands = append(commands, argv)
	}
	if len(commands) == 0 {
		return nil, fmt.Errorf("BROWSER names no program: %q", list)
	}
	return commands, nil
}

// openers are the desktop's ways to open a URL which are installed.
func (e Env) openers() [][]string {
	switch {
	case e.GOOS == "darwin":
		return e.installed("open")
	case e.GOOS == "windows":
		// "cmd /c start" would read & and ^ in the URL; this does not.
		return e.installed("rundll32", "url.dll,FileProtocolHandler")
	case e.wsl():
		return e.installed("wslview")
	}
	var found [][]string
	for _, name := range []string{"xdg-open", "x-www-browser", "www-browser", "wslview"} {
		found = append(found, e.installed(name)...)
	}
	return found
}

func (e Env) installed(name string, arguments ...string) [][]string {
	if _, err := e.lookPath(name); err != nil {
		return nil
	}
	return [][]string{append([]string{name}, arguments...)}
}

func (e Env) getenv(name string) string {
	if e.Getenv == nil {
		return ""
	}
	return e.Getenv(name)
}

func (e Env) lookPath(file string) (string, error) {
	if e.LookPath == nil {
		return "", exec.ErrNotFound
	}
	return e.LookPath(file)
}

func (e Env) readFile(name string) ([]byte, error) {
	if e.ReadFile == nil {
		return nil, os.ErrNotExist
	}
	return e.ReadFile(name)
}

// lookPath is exec.LookPath without programs of the current directory, however
// PATH or the name came to lead there (GHSA-fqfh-778m-2v32).
func lookPath(file string) (string, error) {
	path, err := exec.LookPath(file)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(path) {
		return "", &exec.Error{Name: file, Err: exec.ErrDot}
	}
	return path, nil
}
