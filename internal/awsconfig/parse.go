package awsconfig

import (
	"strings"
	"unicode/utf8"
)

// parse reads text as Python's RawConfigParser does, in one pass.
func parse(path, text string) (*document, error) {
	p := parser{doc: &document{path: path, text: text}}
	if err := p.checkText(); err != nil {
		return nil, err
	}
	lines := strings.Count(text, "\n") + 1
	p.entries = make([]entry, 0, min(lines, len(text)/16))
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		p.line++
		if err := p.take(start, end); err != nil {
			return nil, err
		}
		start = end
	}
	if err := p.closeSection(); err != nil {
		return nil, err
	}
	p.share()
	return p.doc, nil
}

// A parser is the state between two lines.
type parser struct {
	doc  *document
	line int

	entries []entry // of all sections but [DEFAULT], in order
	counts  []int   // of entries, section by section
	first   int     // where the open section's entries begin
	isOpen  bool    // in a section
	isDflt  bool    // in [DEFAULT]

	indent   int // of the line that a continuation must be deeper than
	inOption bool
	more     []byte // the open option's value so far, if it goes on
	blanks   int    // blank lines that count if a further line follows

	headers map[string]int // line of each section's header
	keys    map[string]int // line of each key, in sections with many
}

// take reads the line text[start:end].
func (p *parser) take(start, end int) error {
	indent, text := unindent(p.doc.text[start:end])
	switch {
	case text == "":
		p.blanks++
	case text[0] == '#' || text[0] == ';':
	case p.inOption && indent > p.indent:
		p.goOn(text, end)
	default:
		p.indent = indent
		if name, ok := header(text); ok {
			return p.openSection(name, start, end)
		}
		return p.openOption(text, start, end)
	}
	return nil
}

// header returns what is between the first bracket and the last: botocore
// overlooks whatever follows.
func header(text string) (name string, ok bool) {
	if text[0] != '[' {
		return "", false
	}
	i := strings.LastIndexByte(text, ']')
	if i < 2 {
		return "", false
	}
	return text[1:i], true
}

func (p *parser) openSection(name string, start, end int) error {
	if err := p.closeSection(); err != nil {
		return err
	}
	p.isOpen, p.isDflt = true, name == "DEFAULT"
	if p.isDflt {
		p.first = len(p.doc.defaults)
		return nil
	}
	if p.headers == nil {
		p.headers = make(map[string]int, min(strings.Count(p.doc.text, "["), 1<<16))
	}
	if line, ok := p.headers[name]; ok {
		return p.duplicateSection(name, line)
	}
	p.headers[name] = p.line
	p.first = len(p.entries)
	p.doc.sections = append(p.doc.sections, section{name: name, line: p.line, start: start, end: end})
	return nil
}

func (p *parser) closeSection() error {
	if err := p.closeOption(); err != nil {
		return err
	}
	if p.isOpen && !p.isDflt {
		p.counts = append(p.counts, len(p.entries)-p.first)
	}
	p.keys = nil
	return nil
}

func (p *parser) openOption(text string, start, end int) error {
	if err := p.closeOption(); err != nil {
		return err
	}
	i := strings.IndexAny(text, "=:")
	switch {
	case !p.isOpen:
		return p.beforeSection(text)
	case i < 0:
		return p.notAnOption(text)
	}
	key := lower(strip(text[:i]))
	if key == "" {
		return p.noKey()
	}
	if line := p.seen(key); line != 0 {
		return p.duplicateKey(key, line)
	}
	list := p.list()
	*list = append(*list, entry{key: key, value: strip(text[i+1:]), line: p.line, start: start, end: end})
	p.inOption, p.blanks = true, 0
	return nil
}

// list returns the entries that the open section's are appended to.
func (p *parser) list() *[]entry {
	if p.isDflt {
		return &p.doc.defaults
	}
	return &p.entries
}

// manyKeys is from when on a map finds a key faster than looking through them.
const manyKeys = 24

// seen returns the line of key in the open section, 0 if it is new. All parts
// of [DEFAULT] are one section.
func (p *parser) seen(key string) int {
	entries := *p.list()
	if !p.isDflt {
		entries = entries[p.first:]
	}
	if len(entries) < manyKeys {
		if e := find(entries, key); e != nil {
			return e.line
		}
		return 0
	}
	if p.keys == nil {
		p.keys = make(map[string]int, 2*manyKeys)
		for _, e := range entries {
			p.keys[e.key] = e.line
		}
	}
	line := p.keys[key]
	if line == 0 {
		p.keys[key] = p.line
	}
	return line
}

// goOn appends a continuation line to the open option.
func (p *parser) goOn(text string, end int) {
	list := *p.list()
	e := &list[len(list)-1]
	if len(p.more) == 0 {
		p.more = append(p.more, e.value...)
	}
	for ; p.blanks > 0; p.blanks-- {
		p.more = append(p.more, '\n')
	}
	p.more = append(append(p.more, '\n'), text...)
	e.end = end
}

// closeOption completes the value of an option of several lines.
func (p *parser) closeOption() error {
	p.inOption = false
	if len(p.more) == 0 {
		return nil
	}
	list := *p.list()
	e := &list[len(list)-1]
	e.value = string(p.more)
	p.more = p.more[:0]
	if isNested(e.value) && !allPairs(e.value) {
		return p.notNested(e)
	}
	return nil
}

// allPairs reports whether each line of a nested block has its =.
func allPairs(block string) bool {
	for line := range strings.FieldsFuncSeq(block, isBreak) {
		if strings.IndexByte(line, '=') < 0 && strip(line) != "" {
			return false
		}
	}
	return true
}

// share gives each section its part of the entries, now that they stay in place.
func (p *parser) share() {
	rest := p.entries
	for i, n := range p.counts {
		p.doc.sections[i].entries, rest = rest[:n:n], rest[n:]
	}
}

// checkText refuses what cannot be a text of this kind at all.
func (p *parser) checkText() error {
	text := p.doc.text
	switch {
	case len(text) > MaxSize:
		return p.tooLarge()
	case strings.HasPrefix(text, "\ufeff"):
		return p.byteOrderMark()
	case !utf8.ValidString(text):
		return p.notUTF8()
	}
	for i := strings.IndexByte(text, '\r'); i >= 0; {
		if !strings.HasPrefix(text[i:], "\r\n") {
			return p.loneReturn(i)
		}
		next := strings.IndexByte(text[i+1:], '\r')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return nil
}
