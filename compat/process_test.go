package compat_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything here may take before it counts as hung.
const patience = 2 * time.Minute

// machine is a person's computer: a home of its own and an environment in which
// nothing names an endpoint, a proxy or credentials.
type machine struct {
	home string
	env  []string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	home := t.TempDir()
	return &machine{home: home, env: []string{
		"HOME=" + home,
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"TERM=dumb",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_PAGER=",
		"PYTHONDONTWRITEBYTECODE=1",
	}}
}

// with is the same home with more in the environment.
func (m *machine) with(vars ...string) *machine {
	return &machine{home: m.home, env: append(m.env[:len(m.env):len(m.env)], vars...)}
}

func (m *machine) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = m.env
	cmd.Dir = m.home
	return cmd
}

// run runs a program that must succeed and returns its standard output.
func (m *machine) run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	return m.runWith(t, nil, name, args...)
}

func (m *machine) runWith(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := m.command(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, &stdout, &stderr)
	}
	return stdout.Bytes()
}

// process is a program under way.
type process struct {
	cmd   *exec.Cmd
	out   *transcript // both streams
	done  chan struct{}
	ended time.Time // once done is closed
}

func (m *machine) start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: m.command(context.Background(), name, args...), out: newTranscript(), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.Env = append(p.cmd.Env, "PYTHONUNBUFFERED=1")
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // what it returned is read from ProcessState
		p.ended = time.Now()
		close(p.done)
	}()
	t.Cleanup(func() { p.stop(t) })
	return p
}

// stop ends the program, gently first.
func (p *process) stop(t *testing.T) {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		p.cmd.Process.Kill()
		t.Errorf("%s did not stop\n%s", p.cmd, p.out)
	}
}

// wait waits for the end of the program and returns its exit code.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("%s does not end\n%s", p.cmd, p.out)
		return 0
	}
}

// printed waits until the program printed something that re matches.
func (p *process) printed(t *testing.T, re *regexp.Regexp) []string {
	t.Helper()
	late := time.After(patience)
	for {
		text, more := p.out.state()
		if found := re.FindStringSubmatch(text); found != nil {
			return found
		}
		select {
		case <-more:
			continue
		case <-p.done:
			if text, _ := p.out.state(); re.MatchString(text) {
				continue
			}
		case <-late:
		}
		t.Fatalf("%s printed nothing like %s, but\n%s", p.cmd, re, p.out)
	}
}

// transcript is what a program printed so far.
type transcript struct {
	mu   sync.Mutex
	text []byte
	more chan struct{} // closed when text grows
}

func newTranscript() *transcript { return &transcript{more: make(chan struct{})} }

func (tr *transcript) Write(b []byte) (int, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.text = append(tr.text, b...)
	close(tr.more)
	tr.more = make(chan struct{})
	return len(b), nil
}

func (tr *transcript) state() (string, <-chan struct{}) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return string(tr.text), tr.more
}

func (tr *transcript) String() string {
	text, _ := tr.state()
	return fmt.Sprintf("| %s", bytes.ReplaceAll([]byte(text), []byte("\n"), []byte("\n| ")))
}
