package cli_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"latchkey/internal/center"
)

// A terminal is latchkey running in one, with a home of its own.
type terminal struct {
	t      *testing.T
	home   string
	screen syncBuffer
	grew   chan struct{} // has one when the screen has changed
	seen   int           // how much of the screen was waited for
	tty    *os.File
	cmd    *exec.Cmd
	ended  chan error
}

const ctrlC, ctrlD, enter, down, escape = "\x03", "\x04", "\r", "\x1b[B", "\x1b"

// guideCenter serves the guide's directory and returns the center's origin.
func guideCenter(t *testing.T) string {
	t.Helper()
	ln, origin, err := center.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	c, err := center.New(ctx, center.Config{Database: "sqlite:" + filepath.Join(t.TempDir(), "center.db"), Origin: origin, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	directory, err := os.Open("testdata/guide.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	if _, err := c.Import(ctx, directory, directory.Name()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- center.Serve(ctx, ln, center.NewServer(c.Handler(), log), "", "") }()
	t.Cleanup(func() {
		stop()
		<-done
		c.Close()
	})
	return origin
}

func openTerminal(t *testing.T, width uint16, args ...string) *terminal {
	t.Helper()
	return openTerminalWith(t, width, nil, args...)
}

func openTerminalWith(t *testing.T, width uint16, env []string, args ...string) *terminal {
	t.Helper()
	self, err := exec.LookPath("latchkey")
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, home: t.TempDir(), grew: make(chan struct{}, 1), ended: make(chan error, 1)}
	term.cmd = exec.Command(self, args...)
	term.cmd.Dir = t.TempDir()
	term.cmd.Env = append(env,
		"HOME="+term.home, "PATH="+os.Getenv("PATH"), "TERM=xterm-256color", "BROWSER=approve", "WORK="+t.TempDir(),
		"PERSON=alice", "PASSWORD=correct horse battery",
	)
	term.tty, err = pty.StartWithSize(term.cmd, &pty.Winsize{Rows: 30, Cols: width})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	go func() {
		io.Copy(io.MultiWriter(&term.screen, signal(term.grew)), term.tty)
		term.ended <- term.cmd.Wait()
	}()
	t.Cleanup(func() {
		term.cmd.Process.Kill()
		term.tty.Close()
	})
	return term
}

// signal puts one into the channel for any number of writes.
type signal chan struct{}

func (s signal) Write(p []byte) (int, error) {
	select {
	case s <- struct{}{}:
	default:
	}
	return len(p), nil
}

// expect waits until the screen shows text.
func (term *terminal) expect(text string) {
	term.t.Helper()
	if !term.shows(text, 20*time.Second) {
		term.t.Fatalf("the screen does not show %q:\n%q", text, term.screen.String())
	}
}

// press sends keys until the screen shows text, as a person does whose first
// key press came before the program was ready for it.
func (term *terminal) press(keys, text string) {
	term.t.Helper()
	for range 5 {
		term.send(keys)
		if term.shows(text, 4*time.Second) {
			return
		}
	}
	term.t.Fatalf("the screen does not show %q:\n%q", text, term.screen.String())
}

func (term *terminal) shows(text string, patience time.Duration) bool {
	deadline := time.After(patience)
	for {
		if i := strings.Index(unwrapped(term.screen.String())[term.seen:], text); i >= 0 {
			term.seen += i + len(text)
			return true
		}
		select {
		case <-term.grew:
		case <-deadline:
			return false
		}
	}
}

// unwrapped takes the line breaks out, which a narrow terminal puts anywhere.
func unwrapped(screen string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(screen) }

func (term *terminal) send(keys string) {
	term.t.Helper()
	if _, err := io.WriteString(term.tty, keys); err != nil {
		term.t.Fatal(err)
	}
}

// exit waits for the end and returns the exit code.
func (term *terminal) exit() int {
	term.t.Helper()
	select {
	case err := <-term.ended:
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			return failed.ExitCode()
		}
		return 0
	case <-time.After(20 * time.Second):
		term.t.Fatalf("latchkey does not end:\n%q", term.screen.String())
		return -1
	}
}

// answer is one question of the conversation and what a person types.
type answer struct{ question, keys string }

func guideAnswers(origin string) []answer {
	return []answer{
		{"SSO session name (Recommended): ", enter},
		{"SSO start URL [None]: ", origin + "/start" + enter},
		{"SSO region [us-east-1]: ", enter},
		{"> DeveloperAccount, developer-acc", enter},
		{"> ReadOnly", enter},
		{"CLI default client Region [None]: ", "us-west-2" + enter},
		{"CLI default output format [None]: ", "js\t" + enter},
		{"CLI profile name [123456789011_ReadOnly]: ", "my-dev-profile" + enter},
	}
}

func TestGuideInATerminal(t *testing.T) {
	origin := guideCenter(t)
	for _, width := range []uint16{40, 120} {
		term := openTerminal(t, width, "configure", "sso")
		for _, a := range guideAnswers(origin) {
			term.expect(strings.TrimSpace(a.question))
			term.send(a.keys)
		}
		term.expect("aws s3 ls --profile my-dev-profile")
		if code := term.exit(); code != 0 {
			t.Fatalf("exit code %d:\n%q", code, term.screen.String())
		}
		config, err := os.ReadFile(filepath.Join(term.home, ".aws", "config"))
		const want = "sso_account_id = 123456789011\nsso_role_name = ReadOnly\nregion = us-west-2\noutput = json\n"
		if err != nil || !strings.Contains(string(config), want) {
			t.Errorf("%v, config:\n%s", err, config)
		}
	}
}

func TestPickersInATerminal(t *testing.T) {
	origin := guideCenter(t)
	term := openTerminal(t, 120, "configure", "sso", "--legacy", "--sso-start-url", origin+"/start", "--sso-region", "us-east-1",
		"--region", "us-west-2", "--output", "json", "--profile", "p")
	term.expect("> DeveloperAccount")
	term.send("prod" + escape)      // narrowed, and the whole list again
	term.send(down + "dev" + enter) // narrowed to the other
	term.expect("Using the account ID 123456789011")
	term.expect("> ReadOnly")
	term.send(down + enter)
	term.expect(`Using the role name "FullAccess"`)
	if code := term.exit(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

// TestLeavingAtEveryQuestion: Ctrl-C is 130, Ctrl-D the end of input; neither
// writes a profile.
func TestLeavingAtEveryQuestion(t *testing.T) {
	origin := guideCenter(t)
	answers := guideAnswers(origin)
	for i := range answers {
		for key, want := range map[string]int{ctrlC: 130, ctrlD: 252} {
			t.Run(answers[i].question, func(t *testing.T) {
				t.Parallel()
				term := openTerminal(t, 120, "configure", "sso")
				for _, a := range answers[:i] {
					term.expect(strings.TrimSpace(a.question))
					term.send(a.keys)
				}
				term.expect(strings.TrimSpace(answers[i].question))
				term.send(key)
				if code := term.exit(); code != want {
					t.Errorf("exit code %d, want %d:\n%q", code, want, term.screen.String())
				}
				if _, err := os.Stat(filepath.Join(term.home, ".aws", "config")); !os.IsNotExist(err) {
					t.Errorf("a config file is there: %v", err)
				}
			})
		}
	}
}
