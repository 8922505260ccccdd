package picker

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"

	"latchkey/internal/termtext"
)

// editor is a line being edited behind its prompt.
type editor struct {
	prompt        string
	before, after string // the text in front of the cursor and from it on
	tab           completion
	width, height int
	err           error
	done          bool
}

func newEditor(prompt string, suggest []string) *editor {
	return &editor{prompt: prompt, tab: newCompletion(suggest), width: 80, height: 24}
}

func (e *editor) text() string             { return e.before + e.after }
func (e *editor) failure() error           { return e.err }
func (e *editor) resize(width, height int) { e.width, e.height = max(width, 1), max(height, 1) }

func (e *editor) stop(err error) {
	e.err, e.done = err, true
	e.tab.close()
}

func (e *editor) press(k key) bool {
	if k.name == keyTab || k.name == keyBackTab {
		e.complete(k.name == keyBackTab)
		return false
	}
	e.tab.close()
	switch k.name {
	case keyEnter:
		e.done = true
	case keyInterrupt:
		e.stop(ErrInterrupted)
	case keyEOF:
		if e.text() == "" {
			e.stop(ErrEndOfInput)
		} else {
			e.after = e.after[firstCluster(e.after):]
		}
	case keyText:
		e.insert(k.text)
	default:
		e.move(k.name)
		e.remove(k.name)
	}
	return e.done
}

func (e *editor) move(name keyName) {
	switch name {
	case keyLeft:
		e.moveTo(lastCluster(e.before))
	case keyRight:
		e.moveTo(len(e.before) + firstCluster(e.after))
	case keyWordLeft:
		e.moveTo(wordStart(e.before))
	case keyWordRight:
		e.moveTo(len(e.before) + wordEnd(e.after))
	case keyHome:
		e.moveTo(0)
	case keyEnd:
		e.moveTo(len(e.text()))
	}
}

func (e *editor) moveTo(at int) {
	text := e.text()
	e.before, e.after = text[:at], text[at:]
}

func (e *editor) remove(name keyName) {
	switch name {
	case keyBackspace:
		e.before = e.before[:lastCluster(e.before)]
	case keyDelete:
		e.after = e.after[firstCluster(e.after):]
	case keyDeleteWord:
		e.before = e.before[:wordStart(e.before)]
	case keyDeleteToStart:
		e.before = ""
	case keyDeleteToEnd:
		e.after = ""
	}
}

// insert takes text as typed or pasted. A line is being asked for: line breaks
// around it go, those within become spaces, and what cannot be shown is left out.
func (e *editor) insert(text string) {
	text = printable(text)
	if len(e.before)+len(text)+len(e.after) <= lineLimit {
		e.before += text
	}
}

func printable(text string) string {
	text = strings.Trim(text, "\r\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t':
			return ' '
		case r == unicode.ReplacementChar || termtext.Safe(string(r)) != string(r):
			return -1
		}
		return r
	}, text)
}

func (e *editor) complete(backwards bool) {
	if e.after == "" {
		e.before = e.tab.next(e.before, backwards)
	}
}

func (e *editor) view() frame {
	rows, x, y := e.wrap()
	if e.done {
		rows, x, y = append(rows, ""), 0, len(rows)
	} else {
		rows = append(rows, e.tab.rows(e.width, e.height-len(rows)-1)...)
	}
	// Of a line longer than the window, the part around the cursor is shown.
	first := max(y-e.height+1, 0)
	rows = rows[first:min(len(rows), first+e.height)]
	return frame{text: strings.Join(rows, "\n"), x: x, y: y - first, cursor: true}
}

// wrap lays prompt and text out and finds the cursor in them, which the
// terminal's own wrapping would not tell.
func (e *editor) wrap() (rows []string, x, y int) {
	w := wrapper{width: e.width}
	w.put(termtext.Safe(e.prompt) + e.before)
	if w.used >= w.width { // the cursor stands on the next row
		w.end()
	}
	x, y = w.used, len(w.rows)
	w.put(e.after)
	w.end()
	return w.rows, x, y
}

type wrapper struct {
	width int
	rows  []string
	row   strings.Builder
	used  int // cells of row
}

func (w *wrapper) put(text string) {
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		if w.used+g.Width() > w.width && w.used > 0 {
			w.end()
		}
		w.row.WriteString(g.Value())
		w.used += g.Width()
	}
}

func (w *wrapper) end() {
	w.rows = append(w.rows, w.row.String())
	w.row.Reset()
	w.used = 0
}

func firstCluster(s string) int {
	g := displaywidth.StringGraphemes(s)
	g.Next()
	return len(g.Value())
}

// lastCluster is where the last cluster of s begins.
func lastCluster(s string) int {
	at := 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		at = len(s) - len(g.Value())
	}
	return max(at, 0)
}

// wordStart is where the last word of s begins: as in a shell, a word is what
// stands between spaces.
func wordStart(s string) int {
	return strings.LastIndexFunc(strings.TrimRightFunc(s, unicode.IsSpace), unicode.IsSpace) + 1
}

func wordEnd(s string) int {
	word := strings.TrimLeftFunc(s, unicode.IsSpace)
	if i := strings.IndexFunc(word, unicode.IsSpace); i >= 0 {
		return len(s) - len(word) + i
	}
	return len(s)
}
