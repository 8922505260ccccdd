//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A screen keeps what a terminal was sent, has a conversation with the command
// on it, and types the last Enter.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	tty  *os.File
	talk *conversation // once the command has started
	left bool
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text.Write(p)
	leave := !s.left && bytes.Contains(s.text.Bytes(), []byte("until you press Enter here."))
	s.left = s.left || leave
	if s.talk == nil && bytes.Contains(s.text.Bytes(), []byte("$ latchkey configure sso")) {
		s.talk = s.conversation()
	}
	s.mu.Unlock()
	if leave {
		return len(p), s.enter()
	}
	if s.talk == nil {
		return len(p), nil
	}
	return s.talk.Write(p)
}

func (s *screen) enter() error {
	_, err := s.tty.WriteString("\n")
	return err
}

// A person at a terminal does everything by hand.
func TestInteractive(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	temp := t.TempDir()
	cmd := exec.CommandContext(ctx, build(t))
	cmd.Env = append(os.Environ(), "TERM=dumb", "TMPDIR="+temp, "BROWSER=", "DISPLAY=", "WAYLAND_DISPLAY=", "CI=1", "AWS_PROFILE=persons-own")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	s := &screen{tty: tty}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 4096); ; {
			n, err := tty.Read(buf)
			if _, werr := s.Write(buf[:n]); err != nil || werr != nil {
				return // a terminal whose program has ended
			}
		}
	}()
	err = cmd.Wait()
	<-done
	if err != nil || s.talk == nil {
		t.Fatalf("%v\n%s", err, s)
	}
	if err := s.talk.whatWentWrong(); err != nil {
		t.Errorf("in the browser: %v", err)
	}
	checkScreen(t, s.String())
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// conversation answers as the introduction, which is on the screen, says.
func (s *screen) conversation() *conversation {
	text := s.text.String()
	told := func(what string) string {
		found := regexp.MustCompile(what + ` +(\S+)`).FindStringSubmatch(text)
		if found == nil {
			return "the screen does not tell the " + what
		}
		return found[1]
	}
	alice := person{name: told("user name"), password: told("password"), done: func(string, ...any) {}}
	return &conversation{show: io.Discard, in: s.tty, attend: alice.allow, answers: []answer{
		{"SSO session name", ""}, {"SSO start URL", told("SSO start URL")}, {"SSO region", told("SSO region")}, {"Account", "2"},
		{"CLI default client Region", "us-west-2"}, {"CLI default output format", "json"}, {"CLI profile name", "by-hand"},
	}}
}

func checkScreen(t *testing.T, screen string) {
	t.Helper()
	screen = strings.ReplaceAll(screen, "\r", "")
	for _, want := range []string{
		"$ latchkey configure sso\n", "[profile by-hand]\n", "sso_account_id = 123456789022\n",
		"$ latchkey sts get-caller-identity --profile by-hand\n", "assumed-role/AWSReservedSSO_ReadOnly_", "unset AWS_PROFILE; ",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q on\n%s", want, screen)
		}
	}
}

// Ctrl-C at the first question ends everything and leaves nothing.
func TestInterrupted(t *testing.T) {
	temp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), build(t))
	cmd.Env = append(os.Environ(), "TERM=dumb", "TMPDIR="+temp)
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	var shown bytes.Buffer
	typed := false
	for buf := make([]byte, 4096); ; {
		n, err := tty.Read(buf)
		if shown.Write(buf[:n]); err != nil {
			break // the program has ended
		}
		if !typed && bytes.Contains(shown.Bytes(), []byte("SSO session name (")) {
			typed = true
			if _, err := tty.Write([]byte{3}); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 130 {
		t.Errorf("exit code %d\n%s", got, &shown)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
