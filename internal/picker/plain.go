package picker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"latchkey/internal/termtext"
)

// linePlain reads one line. What was read from a pipe is written after the
// prompt, so that a transcript looks as a terminal would.
func (a *Asker) linePlain(ctx context.Context, prompt string) (string, error) {
	if ctx.Err() != nil {
		return "", ErrInterrupted
	}
	if _, err := io.WriteString(a.out, prompt); err != nil {
		return "", err
	}
	line, err := a.in.line(ctx)
	if err != nil {
		fmt.Fprintln(a.out) // so that the message about it begins a line
		return "", reason(ctx, err)
	}
	answer := strings.TrimSpace(line)
	if !a.reading {
		if _, err := fmt.Fprintln(a.out, termtext.Line(answer)); err != nil {
			return "", err
		}
	}
	return answer, nil
}

func reason(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ErrInterrupted
	case errors.Is(err, io.EOF):
		return ErrEndOfInput
	}
	return err
}

func (a *Asker) selectPlain(ctx context.Context, c Choice) (int, error) {
	if ctx.Err() != nil {
		return 0, ErrInterrupted
	}
	var b strings.Builder
	for i, item := range c.Items {
		fmt.Fprintf(&b, "%3d) %s\n", i+1, termtext.Line(item.Label))
	}
	if _, err := io.WriteString(a.out, b.String()); err != nil {
		return 0, err
	}
	for {
		answer, err := a.linePlain(ctx, c.PlainPrompt)
		if err != nil {
			return 0, err
		}
		if i, ok := c.find(answer); ok {
			return i, nil
		}
		err = &AnswerError{answer, len(c.Items)}
		if !a.reading {
			return 0, err
		}
		if _, err := fmt.Fprintln(a.out, err); err != nil {
			return 0, err
		}
	}
}

// find reads answer as a number, then as one of Answers; letter case is
// ignored only when that leaves no doubt.
func (c Choice) find(answer string) (int, bool) {
	if answer == "" {
		return 0, true
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(c.Items) {
		return n - 1, true
	}
	if found := c.indexes(func(s string) bool { return s == answer }); len(found) > 0 {
		return found[0], true
	}
	if found := c.indexes(func(s string) bool { return strings.EqualFold(s, answer) }); len(found) == 1 {
		return found[0], true
	}
	return 0, false
}

func (c Choice) indexes(match func(string) bool) []int {
	var found []int
	for i, item := range c.Items {
		for _, s := range item.Answers {
			if match(s) {
				found = append(found, i)
				break
			}
		}
	}
	return found
}
