package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// A transcript keeps apart, in one stream, what commands print and what the
// demonstration has to say about it.
type transcript struct {
	mu     sync.Mutex
	w      io.Writer
	inLine bool // a command's line has begun and not ended
}

// Write is what a command prints: each line behind a bar.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range bytes.Lines(p) {
		if !t.inLine {
			fmt.Fprint(t.w, "     | ")
		}
		if _, err := t.w.Write(line); err != nil {
			return 0, err
		}
		t.inLine = !bytes.HasSuffix(line, []byte("\n"))
	}
	return len(p), nil
}

// done reports a step that worked.
func (t *transcript) done(format string, args ...any) { t.line("ok   ", format, args...) }

// note reports what is not shown, and why.
func (t *transcript) note(format string, args ...any) { t.line("--   ", format, args...) }

func (t *transcript) say(words string) { t.line("     ", "%s", words) }

// command shows what is run.
func (t *transcript) command(words string) { t.line("     $ ", "%s", words) }

func (t *transcript) line(lead, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inLine {
		fmt.Fprintln(t.w)
		t.inLine = false
	}
	fmt.Fprintf(t.w, lead+format+"\n", args...)
}
