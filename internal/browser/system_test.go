//go:build unix

package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/browser"
)

// standIn puts a program on the disk that logs its arguments, one a line.
func standIn(t *testing.T, name, then string) (program, log string) {
	t.Helper()
	dir := t.TempDir()
	program, log = filepath.Join(dir, name), filepath.Join(dir, "log")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + log + ".new\nmv " + log + ".new " + log + "\n" + then + "\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, log
}

func system(vars map[string]string) browser.Env {
	return browser.System(func(name string) string { return vars[name] })
}

func logged(t *testing.T, log string) string {
	t.Helper()
	data, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(data), "\n")
}

func TestSystemOpens(t *testing.T) {
	const url = "https://a.example/;$(touch$IFS/x)&y?z=$(id)&*;(1)#a"
	program, log := standIn(t, "stand-in", "")
	if err := system(map[string]string{"BROWSER": program}).Open(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if got := logged(t, log); got != url {
		t.Errorf("the browser got %q, want %q", got, url)
	}
}

func TestSystemFailureIsSeen(t *testing.T) {
	bad, _ := standIn(t, "bad", "exit 3")
	good, log := standIn(t, "good", "")
	if err := system(map[string]string{"BROWSER": bad}).Open(t.Context(), "https://a.example/"); err == nil {
		t.Error("a browser that failed at once went unnoticed")
	}
	if err := system(map[string]string{"BROWSER": bad + ":" + good}).Open(t.Context(), "https://a.example/"); err != nil {
		t.Error(err)
	}
	if logged(t, log) == "" {
		t.Error("the next browser was not tried")
	}
}

func TestSystemDoesNotWaitForTheBrowser(t *testing.T) {
	program, _ := standIn(t, "slow", "exec sleep 20")
	began := time.Now()
	if err := system(map[string]string{"BROWSER": program}).Open(t.Context(), "https://a.example/"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("Open took %v", took)
	}
}

// A person may have a shell read their own words; a stranger's URL is not to
// be read along with them.
func TestShellInBrowserVariable(t *testing.T) {
	planted := filepath.Join(t.TempDir(), "planted")
	env := system(map[string]string{"BROWSER": `sh -c "true; echo %s >/dev/null"`})
	for _, url := range []string{
		"https://a.example/;touch$IFS" + planted,
		"https://a.example/$(touch${IFS}" + planted + ")",
		"https://a.example/&touch&" + planted,
		"https://a.example/?|touch|" + planted,
		"https://a.example/%0atouch%20" + planted,
	} {
		if err := env.Open(t.Context(), url); err == nil {
			t.Errorf("Open(%q) gave it to a shell", url)
		}
	}
	if _, err := os.Stat(planted); err == nil {
		t.Error("a URL was run as a command")
	}
	if err := env.Open(t.Context(), "https://a.example/?user_code=QCFK-N451"); err != nil {
		t.Error(err)
	}
}

// "#%s" comments the URL out: the person's own command runs, the URL's does not.
func TestURLAsAShellComment(t *testing.T) {
	dir := t.TempDir()
	own, planted := filepath.Join(dir, "own"), filepath.Join(dir, "planted")
	env := system(map[string]string{"BROWSER": `sh -c "touch ` + own + `; #%s"`})
	if err := env.Open(t.Context(), "https://a.example/%0atouch%20"+planted); err == nil {
		t.Error("an encoded line break went through")
	}
	if _, err := os.Stat(own); err == nil {
		t.Error("the command was run for a hostile URL")
	}
	if err := env.Open(t.Context(), "https://a.example/start"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Error("the person's own command was not run")
	}
}

func TestRelativePathEntriesAreRefused(t *testing.T) {
	program, log := standIn(t, "xdg-open", "")
	t.Chdir(filepath.Dir(program))
	for _, path := range []string{".", "", ":/nowhere", "../" + filepath.Base(filepath.Dir(program))} {
		t.Setenv("PATH", path)
		for _, vars := range []map[string]string{{"DISPLAY": ":0"}, {"BROWSER": "xdg-open"}, {"BROWSER": "./xdg-open"}} {
			if err := system(vars).Open(t.Context(), "https://a.example/"); err == nil {
				t.Errorf("PATH=%q %v: Open succeeded", path, vars)
			}
		}
	}
	if got := logged(t, log); got != "" {
		t.Errorf("the program in the current directory was run with %q", got)
	}
}
