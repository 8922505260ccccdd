package centercli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal is where a person sits.
type terminal struct {
	fd    int
	lines *term.Terminal
	err   io.Writer
}

// terminalOf returns the terminal that stdin is, if it is one.
func terminalOf(e *env) (terminal, bool) {
	in, ok := e.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return terminal{}, false
	}
	lines := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, e.err}, "")
	return terminal{int(in.Fd()), lines, e.err}, true
}

// screenWidth is how many columns the terminal has that out is; 0 if it is none.
func screenWidth(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// ask returns the line that answers prompt, fallback for an empty one.
func (t terminal) ask(ctx context.Context, prompt, fallback string) (string, error) {
	if fallback != "" {
		prompt += " [" + fallback + "]"
	}
	t.lines.SetPrompt(prompt + ": ")
	line, err := t.wait(ctx, t.lines.ReadLine)
	return cmp.Or(strings.TrimSpace(line), fallback), err
}

// askSecret is ask without an echo.
func (t terminal) askSecret(ctx context.Context, prompt string) (string, error) {
	return t.wait(ctx, func() (string, error) { return t.lines.ReadPassword(prompt + ": ") })
}

// wait returns what read does, or leaves it when the program is to stop. The
// terminal echoes nothing by itself before the prompt is shown, and is as it was
// after.
func (t terminal) wait(ctx context.Context, read func() (string, error)) (line string, err error) {
	before, err := term.MakeRaw(t.fd)
	if err != nil {
		return "", err
	}
	defer func() {
		err = errors.Join(err, term.Restore(t.fd, before))
		if errors.Is(err, errInterrupted) {
			fmt.Fprintln(t.err) // what is said next is not said behind the prompt
		}
	}()
	type answer struct {
		line string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		line, err := read()
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		if errors.Is(a.err, io.EOF) { // Ctrl-C, Ctrl-D
			return "", errInterrupted
		}
		return a.line, a.err
	case <-ctx.Done():
		return "", errInterrupted
	}
}

var errInterrupted = errors.New("interrupted; nothing was changed")

// mostTries is how often a person may answer one question.
const mostTries = 5

// again runs ask until nothing is wrong with the answer. After too many tries
// what was wrong is the error.
func (t terminal) again(ask func() (wrong, err error)) error {
	for try := 1; ; try++ {
		wrong, err := ask()
		if err != nil || wrong == nil {
			return err
		}
		if try == mostTries {
			return wrong
		}
		fmt.Fprintf(t.err, "%s\n", visible(wrong.Error()))
	}
}

// askFor asks until valid takes the answer, which what is the name of.
func (t terminal) askFor(ctx context.Context, prompt, fallback, what string, valid func(string) error) (answer string, err error) {
	err = t.again(func() (wrong, err error) {
		if answer, err = t.ask(ctx, prompt, fallback); err != nil {
			return nil, err
		}
		if err := valid(answer); err != nil {
			return fmt.Errorf("%s %q %w", what, answer, err), nil
		}
		return nil, nil
	})
	return answer, err
}

// longestLine is above any password.
const longestLine = 4096

// readLine reads up to the end of a line and nothing beyond it.
func readLine(in io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) <= longestLine {
		n, err := in.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, one[0])
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case errors.Is(err, io.EOF):
			return "", errors.New("there is no line")
		case err != nil:
			return "", err
		}
	}
	return "", fmt.Errorf("a line is longer than %d bytes", longestLine)
}
