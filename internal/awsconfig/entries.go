package awsconfig

import "strings"

// An entryList is the entries of a section while it is read.
//
// Sections that follow each other mostly have the same keys in the same order.
// As long as this one does, its keys need not be looked for: those of the
// section before are where the new ones go, and are known to differ.
type entryList struct {
	entries []entry
	lines   map[string]int // of each key, once there are many
	old     int            // entries that the section before left behind these
	differs bool           // this section has another key than that one had in its place
}

// manyKeys is from when on a map finds a key faster than looking through them.
const manyKeys = 24

// add appends e, or returns the line of the key that is there already.
func (l *entryList) add(e entry) (line int) {
	l.differs = true
	if line := l.line(e.key); line != 0 {
		return line
	}
	if l.lines != nil {
		l.lines[e.key] = e.line
	}
	l.entries = append(l.entries, e)
	return 0
}

// line returns the line of key, 0 if it is not there.
func (l *entryList) line(key string) int {
	if len(l.entries) < manyKeys {
		if e := find(l.entries, key); e != nil {
			return e.line
		}
		return 0
	}
	if l.lines == nil {
		l.lines = make(map[string]int, 2*manyKeys)
		for _, e := range l.entries {
			l.lines[e.key] = e.line
		}
	}
	return l.lines[key]
}

// again appends an entry for text, an option of this section, if the section
// before had the key in the same place. It returns the entry, which has its key
// but nothing else yet, and the text of its value; nil if the key is another.
func (l *entryList) again(text string) (e *entry, value string) {
	n := len(l.entries)
	if l.differs || n >= l.old {
		return nil, ""
	}
	e = &l.entries[:n+1][n]
	value, ok := strings.CutPrefix(text, e.key)
	if ok && strings.HasPrefix(value, " ") {
		value = value[1:]
	}
	if !ok || !strings.HasPrefix(value, "=") {
		return nil, ""
	}
	l.entries = l.entries[:n+1]
	return e, value[1:]
}

func (l *entryList) last() *entry { return &l.entries[len(l.entries)-1] }

// reset empties l for the next section.
func (l *entryList) reset() {
	l.old, l.differs = len(l.entries), false
	l.entries, l.lines = l.entries[:0], nil
}
