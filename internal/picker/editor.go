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

// view wraps by itself, since the cursor has to be found in it.
func (e *editor) view() frame {
	var rows []string
	var row strings.Builder
	f, used := frame{cursor: true}, 0
	put := func(text string) {
		for g := displaywidth.StringGraphemes(text); g.Next(); {
			if used+g.Width() > e.width && used > 0 {
				rows, used = append(rows, row.String()), 0
				row.Reset()
			}
			row.WriteString(g.Value())
			used += g.Width()
		}
	}
	put(termtext.Safe(e.prompt) + e.before)
	if used >= e.width { // the cursor stands on the next row
		rows, used = append(rows, row.String()), 0
		row.Reset()
	}
	f.x, f.y = used, len(rows)
	put(e.after)
	rows = append(rows, row.String())
	if e.done {
		return frame{text: strings.Join(rows, "\n") + "\n", y: len(rows), cursor: true}
	}
	rows = append(rows, e.tab.rows(e.width, e.height-len(rows)-1)...)
	if cut := f.y - e.height + 1; cut > 0 { // a line longer than the window: its end is what is edited
		rows, f.y = rows[cut:], f.y-cut
	}
	f.text = strings.Join(rows[:min(len(rows), e.height)], "\n")
	return f
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
