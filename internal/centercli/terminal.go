package centercli

import (
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
	in  *os.File
	out io.Writer
}

// terminalOf returns the terminal that stdin is, if it is one.
func terminalOf(e *env) (terminal, bool) {
	in, ok := e.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return terminal{}, false
	}
	return terminal{in, e.err}, true
}

// ask returns the line that answers prompt, fallback for an empty one.
func (t terminal) ask(ctx context.Context, prompt, fallback string) (string, error) {
	if fallback != "" {
		prompt += " [" + fallback + "]"
	}
	fmt.Fprint(t.out, prompt+": ")
	line, err := t.wait(ctx, func() (string, error) { return readLine(t.in) })
	if err == nil && strings.TrimSpace(line) == "" {
		return fallback, nil
	}
	return strings.TrimSpace(line), err
}

// askSecret is ask without an echo.
func (t terminal) askSecret(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(t.out, prompt)
	line, err := t.wait(ctx, func() (string, error) {
		b, err := term.ReadPassword(int(t.in.Fd()))
		return string(b), err
	})
	fmt.Fprintln(t.out)
	return line, err
}

// wait returns what read does, or leaves it when the person presses Ctrl-C, with
// the terminal as it was.
func (t terminal) wait(ctx context.Context, read func() (string, error)) (string, error) {
	before, err := term.GetState(int(t.in.Fd()))
	if err != nil {
		return "", err
	}
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
		return a.line, a.err
	case <-ctx.Done():
		return "", errors.Join(errors.New("interrupted; nothing was changed"), term.Restore(int(t.in.Fd()), before))
	}
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
