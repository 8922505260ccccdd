package awsconfig

import (
	"strings"
	"unicode/utf8"
)

// parse reads text as Python's RawConfigParser does, in one pass. It looks at
// every line but keeps only where the sections are: of thousands of profiles, a
// command asks for one or two.
func parse(path, text string) (*document, error) {
	p := parser{doc: &document{path: path, text: text}}
	if err := p.checkText(); err != nil {
		return nil, err
	}
	if err := p.lines(0, len(text)); err != nil {
		return nil, err
	}
	if err := p.closeSection(); err != nil {
		return nil, err
	}
	p.doc.defaults = p.defaults.entries
	return p.doc, nil
}

// entries returns the keys and values of the section s.
func (d *document) entries(s *section) []entry {
	p := parser{doc: d, line: s.line}
	p.open = &p.own
	_ = p.lines(s.end, s.last) // parse has read these lines already
	_ = p.closeOption()
	return p.own.entries
}

// A parser is the state between two lines.
type parser struct {
	doc  *document
	line int

	open     *entryList // the section that lines now belong to; nil before the first
	own      entryList  // of a section
	defaults entryList  // of all parts of [DEFAULT], which are one section

	indent   int // of the line that a continuation must be deeper than
	inOption bool
	more     []byte // the open option's value so far, if it goes on
	blanks   int    // blank lines that count if a further line follows

	headers headerSet // of all sections so far
}

// lines reads text[start:last], which is whole lines.
func (p *parser) lines(start, last int) error {
	text := p.doc.text[:last]
	for start < last {
		end := last
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		p.line++
		if err := p.take(start, end); err != nil {
			return err
		}
		start = end
	}
	return nil
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
	if name == "DEFAULT" {
		p.open = &p.defaults
		return nil
	}
	p.open = &p.own
	if p.doc.sections == nil {
		n := min(strings.Count(p.doc.text, "["), 1<<14) // a guess
		p.doc.sections = make([]section, 0, n)
		p.headers.init(n)
	}
	if first := p.headers.add(p.doc.sections, name); first != nil {
		return p.duplicateSection(first)
	}
	p.doc.sections = append(p.doc.sections, section{name: name, line: p.line, start: start, end: end, last: end})
	return nil
}

func (p *parser) closeSection() error {
	err := p.closeOption()
	if n := len(p.own.entries); n > 0 && p.open == &p.own {
		p.doc.sections[len(p.doc.sections)-1].last = p.own.entries[n-1].end
	}
	p.own.reset()
	return err
}

func (p *parser) openOption(text string, start, end int) error {
	if err := p.closeOption(); err != nil {
		return err
	}
	if p.open == nil {
		return p.beforeSection(text)
	}
	if e, value := p.open.again(text); e != nil {
		e.value, e.line, e.start, e.end = stripLeft(value), p.line, start, end
	} else if err := p.newOption(text, entry{line: p.line, start: start, end: end}); err != nil {
		return err
	}
	p.inOption, p.blanks = true, 0
	return nil
}

// newOption reads the option text into e.
func (p *parser) newOption(text string, e entry) error {
	i, plain := delimiter(text)
	if i < 0 {
		return p.notAnOption(text)
	}
	e.key, e.value = stripRight(text[:i]), stripLeft(text[i+1:])
	if !plain {
		e.key = lower(e.key)
	}
	if e.key == "" {
		return p.noKey()
	}
	if line := p.open.add(e); line != 0 {
		return p.duplicateKey(e.key, line)
	}
	return nil
}

// delimiter returns the place of the first = or :, or -1. What is plain before
// it is in lower case.
func delimiter(text string) (i int, plain bool) {
	plain = true
	for i := range len(text) {
		switch c := text[i]; {
		case c == '=' || c == ':':
			return i, plain
		case 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf:
			plain = false
		}
	}
	return -1, plain
}

// goOn appends a continuation line to the open option.
func (p *parser) goOn(text string, end int) {
	e := p.open.last()
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
	e := p.open.last()
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
