//go:build unix

package picker_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"latchkey/internal/picker"
)

// console is a person's side of a pseudo-terminal: keys go in, and what the
// program wrote is kept, raw and as the screen that it makes.
type console struct {
	t       *testing.T
	person  *os.File
	program *os.File
	before  *term.State

	mu     sync.Mutex
	more   *sync.Cond
	raw    bytes.Buffer
	screen screen
}

func newConsole(t *testing.T, columns, rows int) *console {
	t.Helper()
	person, program, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	c := &console{t: t, person: person, program: program, screen: screen{width: columns, lines: []string{""}}}
	c.more = sync.NewCond(&c.mu)
	t.Cleanup(func() {
		program.Close()
		person.Close()
	})
	c.resize(columns, rows)
	if c.before, err = term.GetState(int(program.Fd())); err != nil {
		t.Fatal(err)
	}
	go c.watch()
	return c
}

func (c *console) resize(columns, rows int) {
	if err := pty.Setsize(c.person, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.screen.width = columns
	c.mu.Unlock()
	// The kernel signals only those whose controlling terminal it is.
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) watch() {
	data := make([]byte, 4096)
	for {
		n, err := c.person.Read(data)
		c.mu.Lock()
		c.raw.Write(data[:n])
		c.screen.write(string(data[:n]))
		c.more.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := c.person.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// shows waits until the screen is these lines, spaces at their ends aside.
func (c *console) shows(want ...string) {
	c.t.Helper()
	if !c.await(func() bool { return slices.Equal(c.screen.text(), want) }) {
		c.t.Fatalf("the screen shows\n%s\nwant\n%s\nwritten: %q",
			strings.Join(c.screen.text(), "\n"), strings.Join(want, "\n"), c.written())
	}
}

// drawn waits for the first frame of a question: the terminal is raw by then.
func (c *console) drawn() {
	c.t.Helper()
	if !c.await(func() bool { return strings.Contains(c.raw.String(), "\x1b[?2004h") }) {
		c.t.Fatalf("nothing is drawn; written: %q", c.written())
	}
}

// await looks again at whatever is written, for a while.
func (c *console) await(condition func() bool) bool {
	deadline := time.Now().Add(20 * time.Second)
	late := time.AfterFunc(20*time.Second, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.more.Broadcast()
	})
	defer late.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !condition() {
		if !time.Now().Before(deadline) {
			return false
		}
		c.more.Wait()
	}
	return true
}

func (c *console) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.String()
}

// restored checks that the terminal is as it was before the question.
func (c *console) restored() {
	c.t.Helper()
	after, err := term.GetState(int(c.program.Fd()))
	if err != nil {
		c.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, c.before) {
		c.t.Errorf("the terminal's state is %+v, was %+v", after, c.before)
	}
	for mode, off := range map[string]string{"\x1b[?25": "\x1b[?25h", "\x1b[?2004": "\x1b[?2004l"} {
		if !c.await(func() bool {
			i := strings.LastIndex(c.raw.String(), mode)
			return i < 0 || strings.HasPrefix(c.raw.String()[i:], off)
		}) {
			c.t.Errorf("the mode %q was left on: %q", mode, c.written())
		}
	}
}

// outcome of a question that was asked in a goroutine.
type outcome struct {
	text  string
	index int
	err   error
}

func (c *console) input(ctx context.Context, a *picker.Asker, q picker.Question) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		text, err := a.Input(ctx, q)
		done <- outcome{text: text, err: err}
	}()
	return done
}

func (c *console) choose(ctx context.Context, a *picker.Asker, items []picker.Item) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		i, err := a.Select(ctx, picker.Choice{Items: items, PlainPrompt: "Account [1]: "})
		done <- outcome{index: i, err: err}
	}()
	return done
}

func (c *console) wait(done <-chan outcome) outcome {
	c.t.Helper()
	select {
	case o := <-done:
		c.restored()
		return o
	case <-time.After(20 * time.Second):
		c.t.Fatalf("no answer; written: %q", c.written())
		return outcome{}
	}
}

func (c *console) asker(o picker.Options) *picker.Asker {
	return picker.New(c.program, c.program, o)
}

// screen understands the sequences that a VT100 program writes below its cursor.
type screen struct {
	width int
	lines []string
	x, y  int
	rest  string
}

var sequence = regexp.MustCompile(`^\x1b\[([?0-9;]*)([A-Za-z])|^\x1b[78=>M]`)

func (s *screen) write(data string) {
	s.rest += data
	for s.rest != "" {
		n := s.step()
		if n == 0 {
			return
		}
		s.rest = s.rest[n:]
	}
}

func (s *screen) step() int {
	switch r := []rune(s.rest)[0]; r {
	case 0x1b:
		m := sequence.FindStringSubmatch(s.rest)
		if m == nil {
			return 0
		}
		s.control(m[1], m[2])
		return len(m[0])
	case '\r':
		s.x = 0
	case '\b':
		s.x = max(s.x-1, 0)
	case '\n':
		s.down(1)
	default:
		s.put(r)
		return len(string(r))
	}
	return 1
}

func (s *screen) put(r rune) {
	if s.x == s.width {
		s.x = 0
		s.down(1)
	}
	line := []rune(s.lines[s.y])
	for len(line) <= s.x {
		line = append(line, ' ')
	}
	line[s.x] = r
	s.lines[s.y] = string(line)
	s.x++
}

func (s *screen) down(n int) {
	for s.y += n; len(s.lines) <= s.y; {
		s.lines = append(s.lines, "")
	}
}

func (s *screen) control(parameters, final string) {
	n := 1
	fmt.Sscanf(parameters, "%d", &n)
	switch final {
	case "A":
		s.y = max(s.y-n, 0)
	case "B":
		s.down(n)
	case "C":
		s.x += n
	case "D":
		s.x = max(s.x-n, 0)
	case "G":
		s.x = n - 1
	case "K":
		s.cut()
	case "J":
		s.cut()
		s.lines = s.lines[:s.y+1]
	case "X":
		line := []rune(s.lines[s.y])
		for i := s.x; i < min(s.x+n, len(line)); i++ {
			line[i] = ' '
		}
		s.lines[s.y] = string(line)
	case "h", "l", "m":
	default:
		panic(fmt.Sprintf("the screen does not know CSI %s %s", parameters, final))
	}
}

func (s *screen) cut() {
	line := []rune(s.lines[s.y])
	s.lines[s.y] = string(line[:min(s.x, len(line))])
}

func (s *screen) text() []string {
	var text []string
	for _, l := range s.lines {
		text = append(text, strings.TrimRight(l, " "))
	}
	for len(text) > 0 && text[len(text)-1] == "" {
		text = text[:len(text)-1]
	}
	return text
}
