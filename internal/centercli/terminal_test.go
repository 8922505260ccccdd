//go:build !windows

package centercli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
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
	return sitBefore(t, nil, args...)
}

func sitBefore(t *testing.T, screen *pty.Winsize, args ...string) *person {
	t.Helper()
	p := &person{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], args...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	var err error
	if p.tty, err = pty.StartWithSize(p.cmd, screen); err != nil {
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
	for range 5 {
		p.answer("New password of root: ", "short\n")
	}
	if shown, code := p.leaves(); code != 1 || strings.Count(shown, "at least 12 characters") != 5 {
		t.Errorf("%d: %s", code, shown)
	}
}

// A person who mistypes is asked again.
func TestAskedAgainInTerminal(t *testing.T) {
	p := sit(t, "init", "--database", "sqlite:"+filepath.Join(t.TempDir(), "c.db"))
	for _, said := range [][2]string{
		{"Administrator's user name [admin]: ", "the admin"},
		{"must be 1 to 64 letters, digits or any of _+=,.@-\r\nAdministrator's user name [admin]: ", "root"},
		{"E-mail address (may be empty): ", "root.example.com"},
		{"must look like alice@example.com\r\nE-mail address (may be empty): ", "root@example.com"},
		{"New password of root: ", "short"},
		{"easy to remember\r\nNew password of root: ", "correct horse staple"},
		{"The same again: ", "correct horse stable"},
		{"the two passwords differ\r\nNew password of root: ", "correct horse staple"},
		{"The same again: ", "correct horse staple"},
	} {
		p.answer(said[0], said[1]+"\n")
	}
	if shown, code := p.leaves(); code != 0 || !strings.Contains(shown, "added administrator root") || strings.Contains(shown, "horse") {
		t.Errorf("%d: %s", code, shown)
	}
}

// Ctrl-C and Ctrl-D leave at a question, with the terminal as it was.
func TestInterruptedInTerminal(t *testing.T) {
	for name, prompt := range map[string]string{"": "Administrator's user name [admin]: ", "--name=root": "New password of root: "} {
		for _, key := range []string{"\x03", "\x04"} {
			args := []string{"init", "--email=root@example.com", "--database", "sqlite:" + filepath.Join(t.TempDir(), "c.db")}
			if name != "" {
				args = append(args, name)
			}
			p := sit(t, args...)
			p.answer(prompt, key)
			if shown, code := p.leaves(); code != 130 || !strings.Contains(shown, prompt+"\r\nlatchkey-center: interrupted; nothing was changed") {
				t.Errorf("%d: %s", code, shown)
			}
		}
	}
}

// Nobody chooses a password for nobody.
func TestPasswordOfNobodyInTerminal(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	if got := run(t, nil, "correct horse battery\n", "init", "--no-input", "--name", "root", "--database", db); got.Code != 0 {
		t.Fatalf("%+v", got)
	}
	shown, code := sit(t, "user", "passwd", "roto", "--database", db).leaves()
	if code != 1 || strings.Contains(shown, "New password") || !strings.Contains(shown, `there is no user "roto"`) {
		t.Errorf("%d: %s", code, shown)
	}
}

var aTime, anOperator = regexp.MustCompile(`20\S+Z`), regexp.MustCompile(`user=\S+`)

// What does not fit on the screen is a line for each thing that there is to say.
func TestNarrowScreen(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "c.db")
	const email = "somebody@a.department.example.com"
	if got := run(t, nil, "correct horse battery\n", "init", "--no-input", "--name", "admin", "--email", email, "--database", db); got.Code != 0 {
		t.Fatalf("%+v", got)
	}
	if got := run(t, nil, "", "user", "add", "bob", "--database", db); got.Code != 0 {
		t.Fatalf("%+v", got)
	}
	const records = "name: admin\nemail: " + email + "\nfrom: here\nstate: administrator\n\n" +
		"name: bob\nemail: -\nfrom: here\nstate: no password\n"
	const table = "NAME   EMAIL                              FROM  STATE\n" +
		"admin  " + email + "  here  administrator\nbob    -                                  here  no password\n"
	for _, tt := range []struct {
		columns uint16
		args    string
		want    string
	}{
		{40, "user list", records},
		{60, "user list", records},
		{61, "user list", table},
		{40, "user show bob", "name: bob\nemail: -\nid: ID\nfrom: this directory\ndisabled: no\nadministrator: no\npassword: no\nsecond factor: no\ngroups: none\n"},
		{40, "audit list --limit 1", "2  TIME  directory\n    change: ok  user=NAME\n    {\"change\":\"user added\",\"user\":\"bob\"}\n"},
	} {
		shown, code := sitBefore(t, &pty.Winsize{Rows: 24, Cols: tt.columns}, append(strings.Fields(tt.args), "--database", db)...).leaves()
		shown = anID.ReplaceAllString(strings.ReplaceAll(shown, "\r\n", "\n"), "ID")
		shown = anOperator.ReplaceAllString(aTime.ReplaceAllString(shown, "TIME"), "user=NAME")
		if diff := cmp.Diff(tt.want, shown); diff != "" || code != 0 {
			t.Errorf("%s at %d: %d %s", tt.args, tt.columns, code, diff)
		}
	}
}
