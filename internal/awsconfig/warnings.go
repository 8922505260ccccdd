package awsconfig

import (
	"fmt"
	"slices"
	"strings"
)

// Warning is about a line that the AWS CLI reads, but hardly as it was meant.
type Warning struct {
	Path string
	Line int
	Text string
	Hint string
}

// Warnings lists what is odd in the config file: sections that look like
// profiles and are none, sections that others replace, and values that AWS
// clients read differently.
func (c *Config) Warnings() []Warning {
	var list []Warning
	add := func(line int, text, hint string) {
		list = append(list, Warning{c.config.path, line, text, hint})
	}
	counting := make(map[sectionID]*section)
	for i := range c.config.sections {
		s := &c.config.sections[i]
		id, ok := s.id()
		if text, hint := s.oddity(); !ok && text != "" {
			add(s.line, text, hint)
		}
		if old := counting[id]; ok && old != nil {
			add(old.line, fmt.Sprintf("[%s] does not count: [%s] on line %d replaces it", old.name, s.name, s.line), "merge the two sections")
		}
		counting[id] = s
		for _, e := range c.config.entries(s) {
			if text, hint := e.oddity(); text != "" {
				add(e.line, text, hint)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Warning) int { return a.Line - b.Line })
	return list
}

// id returns false for a section that is nothing to the reader.
func (s *section) id() (id sectionID, ok bool) {
	for _, k := range [...]Kind{KindProfile, KindSSOSession, KindServices} {
		if name, ok := k.nameOf(s.name); ok {
			return sectionID{k, name}, true
		}
	}
	return sectionID{}, false
}

// oddity says what is odd about the header of a section that is nothing to the
// reader, "" for nothing.
func (s *section) oddity() (text, hint string) {
	trimmed := strip(s.name)
	for _, k := range [...]Kind{KindProfile, KindSSOSession, KindServices} {
		if rest, ok := strings.CutPrefix(trimmed, k.word()); ok {
			return s.nameless(k.word(), strip(rest))
		}
	}
	switch {
	case strings.EqualFold(trimmed, "default"):
		return fmt.Sprintf("[%s] is not the default profile", s.name), "write [default]"
	case s.name == "preview" || s.name == "plugins":
		return "", "" // the AWS CLI's own
	}
	return fmt.Sprintf("[%s] is no profile in this file", s.name), fmt.Sprintf("write [profile %s]", s.name)
}

// nameless says why a header that begins with word gives no name; rest is what
// stands behind the word.
func (s *section) nameless(word, rest string) (text, hint string) {
	switch {
	case strip(s.name) != s.name:
		return fmt.Sprintf("[%s] is ignored: there is a space next to the bracket", s.name), fmt.Sprintf("write [%s]", strip(s.name))
	case rest != "" && ValidName(rest) == nil && containsSpace(rest):
		return fmt.Sprintf("[%s] is ignored: a name with spaces needs quotes", s.name), fmt.Sprintf("write [%s '%s']", word, rest)
	}
	return fmt.Sprintf("[%s] is ignored: no name can be read from it", s.name), fmt.Sprintf("write [%s NAME]", word)
}

// oddity says what is odd about a value, "" for nothing.
func (e *entry) oddity() (text, hint string) {
	switch v := e.value; {
	case strings.Contains(v, " #") || strings.Contains(v, " ;"):
		return fmt.Sprintf("the value of %s goes on to the end of the line: there are no comments after a value", e.key), "put the comment on a line of its own"
	case len(v) > 1 && (v[0] == '"' || v[0] == '\'') && v[0] == v[len(v)-1]:
		return fmt.Sprintf("the quotes are part of the value of %s", e.key), "remove them"
	}
	return "", ""
}
