// Package picker asks a person: for a line of text, or for one of many.
//
// In a terminal a question is edited and a list is drawn, moved through and
// narrowed by typing; otherwise both are plain lines, which pipes, scripts and
// screen readers can follow. It owns the terminal's state while a question is
// open and gives it back in every case. What is asked, and what an answer
// means, is the callers' concern.
package picker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"

	"latchkey/internal/termtext"
)

var (
	// ErrInterrupted: the person pressed Ctrl-C, or the context ended.
	ErrInterrupted = errors.New("interrupted")
	// ErrEndOfInput: there is no answer and none will come (a pipe that ended, Ctrl-D).
	ErrEndOfInput = errors.New("end of input")
)

// Options of New; the zero value suits a program which honours NO_COLOR.
type Options struct {
	// Plain asks by plain lines even in a terminal (TERM=dumb, screen readers).
	Plain bool
	// Color allows the current row of a list to be bold.
	Color bool
}

// Asker asks one question after the other. All of them share one reader, so
// that answers typed ahead, or piped in at once, reach the questions they are
// for. It is not for concurrent use.
type Asker struct {
	in      *source
	out     io.Writer
	tty     *terminal // nil: plain lines
	reading bool      // in is a terminal: a person can be asked again
	color   bool
}

// Question asks for a line of text.
type Question struct {
	Prompt string // whole, with what follows it: "SSO region [None]: "
	// Suggest is offered with Tab. Entries that are not printable are left out.
	Suggest []string
	// Check refuses an answer with an error whose text the person sees before
	// being asked again; nil accepts everything.
	Check func(answer string) error
}

// Item is one row of a Choice.
type Item struct {
	Label   string
	Answers []string // what may be typed for it among plain lines, beside its number
}

// Choice asks for one of Items, the first being the default.
type Choice struct {
	Items       []Item
	PlainPrompt string // after the numbered lines: "Account [1]: "
}

// AnswerError tells that what was read among plain lines is none of the choices.
type AnswerError struct {
	Answer  string // as it was read
	Choices int
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf(`"%s" is none of the choices: answer with a number from 1 to %d`, termtext.Line(e.Answer), e.Choices)
}

// New asks on out and reads answers from in. The screen is used only if both
// are terminals.
func New(in io.Reader, out io.Writer, o Options) *Asker {
	a := &Asker{in: &source{r: in}, out: out, reading: isTerminal(in), color: o.Color}
	if !o.Plain {
		a.tty = openTerminal(in, out)
	}
	return a
}

// Interactive reports whether the screen is used, so that lists can be narrowed
// and suggestions completed.
func (a *Asker) Interactive() bool {
	return a.tty != nil
}

// Input returns the answer to q without the space around it. An answer that
// q.Check refuses is asked for again if a person can be asked; otherwise the
// error of q.Check is returned at once.
func (a *Asker) Input(ctx context.Context, q Question) (string, error) {
	for {
		answer, err := a.line(ctx, q)
		if err != nil {
			return "", err
		}
		if q.Check == nil {
			return answer, nil
		}
		if err = q.Check(answer); err == nil {
			return answer, nil
		}
		if !a.reading {
			return "", err
		}
		if _, err := fmt.Fprintln(a.out, termtext.Line(err.Error())); err != nil {
			return "", err
		}
	}
}

// Select returns the index of the item chosen.
func (a *Asker) Select(ctx context.Context, c Choice) (int, error) {
	if len(c.Items) == 0 {
		return 0, errors.New("nothing to choose from")
	}
	if a.tty == nil {
		return a.selectPlain(ctx, c)
	}
	l := newList(c.Items, a.color)
	if err := a.tty.run(ctx, a.in, l); err != nil {
		return 0, err
	}
	return l.chosen(), nil
}

func (a *Asker) line(ctx context.Context, q Question) (string, error) {
	if a.tty == nil {
		return a.linePlain(ctx, q.Prompt)
	}
	e := newEditor(q.Prompt, q.Suggest)
	if err := a.tty.run(ctx, a.in, e); err != nil {
		return "", err
	}
	return strings.TrimSpace(e.text()), nil
}

func isTerminal(v any) bool {
	f, ok := v.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}
