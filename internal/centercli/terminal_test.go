//go:build !windows

package centercli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A person is somebody at the terminal of a latchkey-center.
type person struct {
	t     *testing.T
	cmd   *exec.Cmd
	tty   *os.File
	shown bytes.Buffer
}

func sit(t *testing.T, args ...string) *person {
	t.Helper()
	p := &person{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], args...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	var err error
	if p.tty, err = pty.Start(p.cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.tty.Close() })
	if err := p.tty.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return p
}

// answer types once prompt is the last thing that is shown.
func (p *person) answer(prompt, typed string) {
	p.t.Helper()
	b := make([]byte, 1024)
	for !strings.HasSuffix(p.shown.String(), prompt) {
		n, err := p.tty.Read(b)
		p.shown.Write(b[:n])
		if err != nil {
			p.t.Fatalf("%q was not asked: %v\n%s", prompt, err, p.shown.String())
		}
	}
	if _, err := p.tty.WriteString(typed); err != nil {
		p.t.Fatal(err)
	}
}

// leaves waits for the end, and returns all that was shown and the exit code.
func (p *person) leaves() (string, int) {
	p.t.Helper()
	p.shown.ReadFrom(p.tty) // ends with the terminal
	p.cmd.Wait()
	return p.shown.String(), p.cmd.ProcessState.ExitCode()
}

func TestInitInTerminal(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	p := sit(t, "init", "--database", db)
	p.answer("Administrator's user name [admin]: ", "root\n")
	p.answer("E-mail address (may be empty): ", "\n")
	p.answer("New password of root: ", "correct horse battery\n")
	p.answer("The same again: ", "correct horse battery\n")
	shown, code := p.leaves()
	if code != 0 || !strings.Contains(shown, "added administrator root") || strings.Contains(shown, "horse") {
		t.Errorf("%d: %s", code, shown)
	}

	p = sit(t, "user", "passwd", "root", "--database", db)
	p.answer("New password of root: ", "correct horse staple\n")
	p.answer("The same again: ", "correct horse stable\n")
	if shown, code := p.leaves(); code != 1 || !strings.Contains(shown, "the two passwords differ") || strings.Contains(shown, "horse") {
		t.Errorf("%d: %s", code, shown)
	}

	p = sit(t, "user", "passwd", "root", "--database", db)
	p.answer("New password of root: ", "short\n")
	if shown, code := p.leaves(); code != 1 || !strings.Contains(shown, "at least 12 characters") {
		t.Errorf("%d: %s", code, shown)
	}
}

// Ctrl-C leaves at a question, with the terminal as it was.
func TestInterruptedInTerminal(t *testing.T) {
	for name, prompt := range map[string]string{"": "Administrator's user name [admin]: ", "--name=root": "New password of root: "} {
		args := []string{"init", "--email=x", "--database", "sqlite:" + filepath.Join(t.TempDir(), "c.db")}
		if name != "" {
			args = append(args, name)
		}
		p := sit(t, args...)
		p.answer(prompt, "\x03")
		if shown, code := p.leaves(); code != 1 || !strings.Contains(shown, "interrupted; nothing was changed") {
			t.Errorf("%d: %s", code, shown)
		}
	}
}
