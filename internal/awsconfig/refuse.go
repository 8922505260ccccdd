package awsconfig

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// This file words what the parser refuses.

func (p *parser) refuse(reason, hint string) error {
	return &SyntaxError{Path: p.doc.path, Line: p.line, Reason: reason, Hint: hint}
}

// at sets the line to that of the byte offset.
func (p *parser) at(offset int) *parser {
	p.line = 1 + strings.Count(p.doc.text[:offset], "\n")
	return p
}

func (p *parser) tooLarge() error {
	return p.refuse(fmt.Sprintf("the file is larger than %d MiB", MaxSize>>20), "check that the path is that of an AWS config file")
}

func (p *parser) byteOrderMark() error {
	return p.at(0).refuse("the file begins with a byte order mark", "save it as UTF-8 without a byte order mark (BOM)")
}

func (p *parser) notUTF8() error {
	i := 0
	for i < len(p.doc.text) {
		r, n := utf8.DecodeRuneInString(p.doc.text[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return p.at(i).refuse("the line is not valid UTF-8", "save the file as UTF-8")
}

func (p *parser) loneReturn(offset int) error {
	return p.at(offset).refuse("the line has a carriage return in its middle", "make it a line end, or remove it")
}

func (p *parser) beforeSection(text string) error {
	if text[0] == '[' {
		return p.badHeader(text)
	}
	return p.refuse("the line stands before any section", "put a header such as [default] or [profile NAME] above it")
}

func (p *parser) notAnOption(text string) error {
	if text[0] == '[' {
		return p.badHeader(text)
	}
	return p.refuse(`the line is neither a [section], nor "key = value", nor a comment`,
		`put "=" between key and value, or "#" at the beginning to make it a comment`)
}

func (p *parser) badHeader(text string) error {
	if strings.HasPrefix(text, "[]") {
		return p.refuse("the section has no name", "write [default] or [profile NAME]")
	}
	return p.refuse("the section header does not end in ]", "put a ] at its end")
}

func (p *parser) noKey() error {
	return p.refuse("there is no key before the value", `write "key = value", or remove the line`)
}

func (p *parser) duplicateSection(first *section) error {
	return p.refuse(fmt.Sprintf("the section [%s] is there already, on line %d", first.name, first.line), "merge the two sections, or remove one")
}

func (p *parser) duplicateKey(key string, first int) error {
	return p.refuse(fmt.Sprintf("the section has the key %s already, on line %d", key, first), "remove one of the two lines")
}

func (p *parser) notNested(e *entry) error {
	p.line = e.line
	where := e.key
	if p.open == &p.defaults {
		where += " in [DEFAULT]"
	}
	return p.refuse(fmt.Sprintf(`in the block under %s, a line has no "="`, where),
		`write each line of the block as "key = value", or the value on the same line as its key`)
}
