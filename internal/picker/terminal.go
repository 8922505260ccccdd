package picker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"
)

// form is one question on the screen.
type form interface {
	// press acts upon a key. Once it returns true, view is what stays on the
	// screen: nothing, or whole lines.
	press(k key) (done bool)
	resize(width, height int)
	view() frame
	// failure is why there is no answer, nil if there is one.
	failure() error
	// stop ends the question without an answer.
	stop(err error)
}

type frame struct {
	text   string
	x, y   int // of the cursor
	cursor bool
}

// terminal is where forms are drawn and their keys come from.
type terminal struct {
	in, out *os.File
}

// openTerminal returns nil unless in and out are both terminals.
func openTerminal(in io.Reader, out io.Writer) *terminal {
	inFile, ok := in.(*os.File)
	if !ok || !isTerminal(inFile) {
		return nil
	}
	outFile, ok := out.(*os.File)
	if !ok || !isTerminal(outFile) {
		return nil
	}
	return &terminal{inFile, outFile}
}

// run shows f until it is done, and returns f.failure().
//
// Bubble Tea draws but does not read: with input of its own it asks the
// terminal questions at its start, whose replies may come after its end, and
// swallows what was typed ahead.
func (t *terminal) run(ctx context.Context, keys *source, f form) (err error) {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	state, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, term.Restore(int(t.in.Fd()), state)) }()
	if width, height, err := term.GetSize(int(t.out.Fd())); err == nil {
		f.resize(width, height)
	}

	// TERM=vt100: the sequences that every terminal knows, and none to ask it for more.
	p := tea.NewProgram(model{f}, tea.WithInput(nil), tea.WithOutput(rawOutput{t.out}),
		tea.WithEnvironment([]string{"TERM=vt100"}), tea.WithColorProfile(colorprofile.ASCII),
		tea.WithoutSignalHandler())
	reading, stop := context.WithCancel(ctx)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		readKeys(reading, ctx, keys, p)
	}()
	_, err = p.Run()
	stop()
	<-finished
	if err != nil {
		return err
	}
	return f.failure()
}

// readKeys hands keys to the form one by one, and reads none after the one that
// ended it: that is for the next question.
func readKeys(reading, ctx context.Context, keys *source, p *tea.Program) {
	for {
		k, err := keys.key(reading)
		switch {
		case ctx.Err() != nil:
			p.Send(stopMsg{ErrInterrupted})
			return
		case reading.Err() != nil:
			return
		case errors.Is(err, io.EOF):
			p.Send(stopMsg{ErrEndOfInput})
			return
		case err != nil:
			p.Send(stopMsg{err})
			return
		}
		done := make(chan bool, 1)
		p.Send(keyMsg{k, done})
		select {
		case <-reading.Done():
		case d := <-done:
			if d {
				return
			}
		}
	}
}

type keyMsg struct {
	key  key
	done chan<- bool
}

type stopMsg struct{ err error }

// model lends a form to Bubble Tea.
type model struct{ form form }

func (m model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.form.resize(msg.Width, msg.Height)
	case stopMsg:
		m.form.stop(msg.err)
		return m, tea.Quit
	case keyMsg:
		done := m.form.press(msg.key)
		msg.done <- done
		if done {
			return m, tea.Quit
		}
	}
	return m, nil
}

func (m model) View() tea.View {
	f := m.form.view()
	v := tea.NewView(f.text)
	if f.cursor {
		// The shape before the first: the person's own cursor stays as it is
		// (bubbletea v2.1.1 writes "CSI 1 q" for its default).
		v.Cursor = &tea.Cursor{Position: tea.Position{X: f.x, Y: f.y}, Shape: tea.CursorBlock - 1}
	}
	return v
}

// rawOutput ends lines as the terminal would if it were not raw: Bubble Tea,
// having no input to make raw, relies on that everywhere but on Windows.
type rawOutput struct{ *os.File }

func (o rawOutput) Write(p []byte) (int, error) {
	if runtime.GOOS == "windows" {
		return o.File.Write(p)
	}
	if _, err := o.File.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
