package awsconfig

import (
	"strings"
	"sync"
	"sync/atomic"
)

// MaxSize is how large a file may be, in bytes. A thousand profiles are about
// 150 KiB; the bound keeps a hostile file from taking the memory.
const MaxSize = 16 << 20

// A document is one parsed file. Places in it are byte offsets into text.
type document struct {
	path     string
	text     string
	sections []section
	defaults []entry // of [DEFAULT], which every section inherits

	lookups    atomic.Int32 // so far, by index
	makePlaces sync.Once
	places     map[sectionID]int // for those who look up many
}

// A section is a header and what follows it. Its name is all that stands
// between the brackets.
type section struct {
	name       string
	line       int
	start, end int // of the header's line, line end included
	last       int // end of its last entry, or of the header's line
}

// An entry is a key and its value, which may go over several lines.
type entry struct {
	key, value string // the key in lower case
	line       int
	start, end int // of all its lines, the last one's line end included
}

// load reads and parses the file at path; none is as good as an empty one, and
// so is, for botocore, what is no regular file.
func load(path string) (*document, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, text)
}

// index returns the place in sections of the one that the reader takes for the
// named one, or -1. Where several map to one name the last one counts.
func (d *document) index(k Kind, name string) int {
	if d.lookups.Add(1) > fewLookups {
		d.makePlaces.Do(d.fillPlaces)
		if i, ok := d.places[sectionID{k, name}]; ok {
			return i
		}
		return -1
	}
	for i := len(d.sections) - 1; i >= 0; i-- {
		if !couldName(d.sections[i].name, name) {
			continue
		}
		if n, ok := k.nameOf(d.sections[i].name); ok && n == name {
			return i
		}
	}
	return -1
}

// fewLookups is until when looking through the sections costs less than a map
// of them all.
const fewLookups = 8

func (d *document) fillPlaces() {
	d.places = make(map[sectionID]int, 2*len(d.sections))
	for i := range d.sections {
		for k := KindProfile; k <= KindCredentials; k++ {
			if name, ok := k.nameOf(d.sections[i].name); ok {
				d.places[sectionID{k, name}] = i
			}
		}
	}
}

// couldName is false for most headers that do not end in name, and quick: one
// that does not end in its second word has quotes, or a space at the end.
func couldName(header, name string) bool {
	return strings.HasSuffix(header, name) ||
		strings.IndexByte(header, '\'') >= 0 || strings.IndexByte(header, '"') >= 0 || strings.IndexByte(header, '\\') >= 0 ||
		header[len(header)-1] == ' ' || header[len(header)-1] == '\t'
}

// section returns the named section with what it inherits.
func (d *document) section(k Kind, name string) (Section, bool) {
	i := d.index(k, name)
	if i < 0 {
		return Section{}, false
	}
	s := &d.sections[i]
	return Section{own: d.inherit(d.entries(s)), path: d.path, line: s.line}, true
}

// inherit returns entries and the defaults that they do not override.
func (d *document) inherit(entries []entry) []entry {
	if len(d.defaults) == 0 {
		return entries
	}
	return union(entries, d.defaults)
}

// union returns a and those of b whose keys a has not.
func union(a, b []entry) []entry {
	all := a[:len(a):len(a)]
	seen := make(map[string]bool, len(a))
	for _, e := range a {
		seen[e.key] = true
	}
	for _, e := range b {
		if !seen[e.key] {
			all = append(all, e)
		}
	}
	return all
}

// names lists the names that sections of kind k define, each at the place of
// its first appearance.
func (d *document) names(k Kind) []string {
	var names []string
	seen := make(map[string]bool)
	for i := range d.sections {
		if name, ok := k.nameOf(d.sections[i].name); ok && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// find returns the entry with the lower-case key, or nil.
func find(entries []entry, key string) *entry {
	for i := range entries {
		if entries[i].key == key {
			return &entries[i]
		}
	}
	return nil
}
