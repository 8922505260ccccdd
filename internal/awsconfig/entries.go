package awsconfig

// An entryList is the entries of a section while it is read.
type entryList struct {
	entries []entry
	lines   map[string]int // of each key, once there are many
}

// manyKeys is from when on a map finds a key faster than looking through them.
const manyKeys = 24

// add appends e, or returns the line of the key that is there already.
func (l *entryList) add(e entry) (line int) {
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

func (l *entryList) last() *entry { return &l.entries[len(l.entries)-1] }

// reset empties l for the next section.
func (l *entryList) reset() {
	l.entries, l.lines = l.entries[:0], nil
}
