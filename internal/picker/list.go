package picker

import (
	"fmt"
	"strings"

	"latchkey/internal/termtext"
)

// listRows is the most rows shown at once, as in the AWS CLI's menus.
const listRows = 10

// list is a choice on the screen. Only the rows in view are ever drawn.
type list struct {
	labels        []string // safe
	filter        string
	matcher       *matcher
	matches       []int // indexes into labels, in the order shown
	current       int   // in matches
	first         int   // match in the first row
	color         bool
	width, height int
	err           error
	done          bool
}

func newList(items []Item, color bool) *list {
	l := &list{labels: make([]string, len(items)), color: color, width: 80, height: 24}
	for i, item := range items {
		l.labels[i] = termtext.Safe(item.Label)
	}
	l.matcher = newMatcher(l.labels)
	l.matches = l.matcher.match("")
	return l
}

func (l *list) failure() error { return l.err }

// chosen is the index of the item; valid once press returned true and failure
// is nil.
func (l *list) chosen() int { return l.matches[l.current] }

func (l *list) stop(err error) { l.err, l.done = err, true }

func (l *list) resize(width, height int) {
	l.width, l.height = max(width, 1), max(height, 1)
	l.first = 0
	l.scroll()
}

func (l *list) press(k key) bool {
	switch k.name {
	case keyEnter:
		l.done = len(l.matches) > 0
	case keyInterrupt:
		l.stop(ErrInterrupted)
	case keyEOF:
		if l.filter == "" {
			l.stop(ErrEndOfInput)
		}
	case keyText:
		l.narrow(l.filter + printable(k.text))
	case keyBackspace:
		l.narrow(l.filter[:lastCluster(l.filter)])
	case keyDeleteWord:
		l.narrow(l.filter[:wordStart(l.filter)])
	case keyEscape, keyDeleteToStart:
		l.narrow("")
	default:
		l.move(k.name)
	}
	return l.done
}

func (l *list) move(name keyName) {
	n := len(l.matches)
	if n == 0 {
		return
	}
	switch name {
	case keyUp:
		l.current = (l.current - 1 + n) % n
	case keyDown:
		l.current = (l.current + 1) % n
	case keyPageUp:
		l.current = max(l.current-l.rows(), 0)
	case keyPageDown:
		l.current = min(l.current+l.rows(), n-1)
	case keyHome:
		l.current = 0
	case keyEnd:
		l.current = n - 1
	}
	l.scroll()
}

// narrow shows the best match first. Without a filter the row that was current
// stays so.
func (l *list) narrow(filter string) {
	if filter == l.filter || len(filter) > termtext.LineCells {
		return
	}
	was := 0
	if len(l.matches) > 0 {
		was = l.chosen()
	}
	l.filter, l.matches = filter, l.matcher.match(filter)
	l.current, l.first = 0, 0
	if filter == "" {
		l.current = was
	}
	l.scroll()
}

// rows leaves one for the status and one, so that the window does not scroll.
func (l *list) rows() int {
	return max(min(listRows, l.height-2), 1)
}

// scroll moves the window no further than the current row needs.
func (l *list) scroll() {
	rows := l.rows()
	if l.current < l.first {
		l.first = l.current
	}
	if l.current >= l.first+rows {
		l.first = l.current - rows + 1
	}
}

func (l *list) view() frame {
	if l.done {
		return frame{cursor: true}
	}
	var shown []string
	for i := l.first; i < min(l.first+l.rows(), len(l.matches)); i++ {
		shown = append(shown, l.row(i))
	}
	if status := l.status(); status != "" {
		shown = append(shown, termtext.Truncate(status, l.width-1))
	}
	return frame{text: strings.Join(shown, "\n")}
}

func (l *list) row(i int) string {
	text := row(l.labels[l.matches[i]], i == l.current, l.width)
	if l.color && i == l.current {
		return "\x1b[1m" + text + "\x1b[m"
	}
	return text
}

// status is the last line: empty for a list that is seen whole.
func (l *list) status() string {
	switch {
	case l.filter != "" && len(l.matches) == 0:
		return fmt.Sprintf("  no match: %s", l.filter)
	case l.filter != "":
		return fmt.Sprintf("  %d/%d: %s", len(l.matches), len(l.labels), l.filter)
	case len(l.labels) > l.rows():
		return fmt.Sprintf("  %d/%d, type to narrow", l.current+1, len(l.labels))
	}
	return ""
}

// row marks the current row by a sign, not by colour alone. The last column
// stays free: some terminals wrap as soon as it is written.
func row(label string, current bool, width int) string {
	mark := "  "
	if current {
		mark = "> "
	}
	return mark + termtext.Truncate(label, max(width-len(mark)-1, 0))
}

// window is the first of limit rows among n which shows current.
func window(current, n, limit int) int {
	return max(min(current-limit/2, n-limit), 0)
}
