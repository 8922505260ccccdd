package ssocache

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// An object is a JSON object: string, []any, object, or nil for every value of
// another kind, which no file here needs. The reader is our own because a
// credential cache hit must be answered without starting encoding/json; a fuzz
// test holds it to that package.
type object map[string]any

func (o object) str(key string) string {
	s, _ := o[key].(string)
	return s
}

func (o object) object(key string) object {
	inner, _ := o[key].(object)
	return inner
}

func (o object) strs(key string) []string {
	list, ok := o[key].([]any)
	if !ok {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// layouts are the forms of time that other programs have written here: today's
// botocore, older ones (UTC), and the ISO forms of other SDKs.
var layouts = [...]string{
	cacheTime,
	"2006-01-02T15:04:05UTC",
	"2006-01-02T15:04:05Z07:00", // takes a fraction of a second too
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05-0700",
}

func (o object) time(key string) time.Time {
	s := o.str(key)
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// maxDepth bounds nesting, against files made to exhaust the stack.
const maxDepth = 64

func parseObject(data []byte) (object, bool) {
	p := parser{s: string(data)}
	v, ok := p.value(0)
	p.space()
	o, isObject := v.(object)
	return o, ok && isObject && p.s == "" && utf8.Valid(data)
}

// A parser consumes s from the front.
type parser struct{ s string }

func (p *parser) space() { p.s = strings.TrimLeft(p.s, " \t\r\n") }

func (p *parser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.s, prefix)
	if ok {
		p.s = rest
	}
	return ok
}

func (p *parser) value(depth int) (any, bool) {
	p.space()
	switch {
	case depth > maxDepth || p.s == "":
		return nil, false
	case p.take("{"):
		return p.object(depth)
	case p.take("["):
		return p.array(depth)
	case p.take(`"`):
		return p.text()
	case p.take("true"), p.take("false"), p.take("null"):
		return nil, true
	}
	return nil, p.number()
}

func (p *parser) object(depth int) (object, bool) {
	o := object{}
	p.space()
	if p.take("}") {
		return o, true
	}
	for {
		p.space()
		if !p.take(`"`) {
			return nil, false
		}
		key, ok := p.text()
		p.space()
		if !ok || !p.take(":") {
			return nil, false
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		o[key] = v
		p.space()
		if p.take("}") {
			return o, true
		}
		if !p.take(",") {
			return nil, false
		}
	}
}

func (p *parser) array(depth int) ([]any, bool) {
	list := []any{}
	p.space()
	if p.take("]") {
		return list, true
	}
	for {
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		p.space()
		if p.take("]") {
			return list, true
		}
		if !p.take(",") {
			return nil, false
		}
	}
}

// text reads a string whose opening quote is taken.
func (p *parser) text() (string, bool) {
	var b []byte
	for {
		i := strings.IndexAny(p.s, "\"\\")
		if i < 0 || strings.ContainsFunc(p.s[:i], func(r rune) bool { return r < 0x20 }) {
			return "", false
		}
		if p.s[i] == '"' && b == nil {
			s := p.s[:i]
			p.s = p.s[i+1:]
			return s, true
		}
		b = append(b, p.s[:i]...)
		c := p.s[i]
		p.s = p.s[i+1:]
		if c == '"' {
			return string(b), true
		}
		r, ok := p.escape()
		if !ok {
			return "", false
		}
		b = utf8.AppendRune(b, r)
	}
}

// escape reads what follows a backslash.
func (p *parser) escape() (rune, bool) {
	if p.s == "" {
		return 0, false
	}
	if i := strings.IndexByte(`"\/bfnrt`, p.s[0]); i >= 0 {
		p.s = p.s[1:]
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	r, ok := p.unit()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	rest := p.s
	if p.take(`\`) {
		if low, ok := p.unit(); ok {
			if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
				return full, true
			}
		}
	}
	p.s = rest // a lone surrogate stands for itself; what follows is read anew
	return utf8.RuneError, true
}

// unit reads uXXXX.
func (p *parser) unit() (rune, bool) {
	if len(p.s) < 5 || p.s[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(p.s[1:5], 16, 32)
	p.s = p.s[5:]
	return rune(n), err == nil
}

// number passes over a number (RFC 8259, section 6).
func (p *parser) number() bool {
	p.take("-")
	if !p.take("0") && !p.digits() {
		return false
	}
	if p.take(".") && !p.digits() {
		return false
	}
	if p.take("e") || p.take("E") {
		if !p.take("+") {
			p.take("-")
		}
		return p.digits()
	}
	return true
}

func (p *parser) digits() bool {
	rest := strings.TrimLeft(p.s, "0123456789")
	ok := len(rest) < len(p.s)
	p.s = rest
	return ok
}
