package awsconfig

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSpace is Python's str.isspace, which has four more than Go's: the
// separators 0x1c to 0x1f.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

func asciiSpace(b byte) bool {
	return b <= ' ' && (b >= 0x1c || '\t' <= b && b <= '\r')
}

// strip is Python's str.strip.
func strip(s string) string {
	_, s = unindent(s)
	return s
}

// unindent strips s and counts the characters, not bytes, before its text.
func unindent(s string) (indent int, text string) {
	i, j := 0, len(s)
	for i < j && asciiSpace(s[i]) {
		i++
	}
	for i < j && asciiSpace(s[j-1]) {
		j--
	}
	if i == j || s[i] < utf8.RuneSelf && s[j-1] < utf8.RuneSelf {
		return i, s[i:j]
	}
	text = strings.TrimLeftFunc(s, isSpace)
	indent = utf8.RuneCountInString(s[:len(s)-len(text)])
	return indent, strings.TrimRightFunc(text, isSpace)
}

// stripLeft is strip for a text whose end is stripped.
func stripLeft(s string) string {
	for s != "" && asciiSpace(s[0]) {
		s = s[1:]
	}
	if s == "" || s[0] < utf8.RuneSelf {
		return s
	}
	return strings.TrimLeftFunc(s, isSpace)
}

// stripRight is strip for a text whose beginning is stripped.
func stripRight(s string) string {
	for s != "" && asciiSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if s == "" || s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimRightFunc(s, isSpace)
}

// indentation returns the white space that line begins with.
func indentation(line string) string {
	return line[:len(line)-len(strings.TrimLeftFunc(line, isSpace))]
}

// lower is Python's str.lower but for a Greek capital sigma that ends a word.
func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			return strings.ReplaceAll(strings.Map(lowerRune, s), "\u0130", "i\u0307")
		}
	}
	return s
}

// lowerRune leaves the one letter whose lower case is two characters.
func lowerRune(r rune) rune {
	if r == '\u0130' {
		return r
	}
	return unicode.ToLower(r)
}

// isBreak reports the characters at which Python's str.splitlines splits.
func isBreak(r rune) bool {
	return '\n' <= r && r <= '\r' || 0x1c <= r && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
}

// A pair is one line of a nested block.
type pair struct{ key, value string }

// isNested reports whether value is a block of "key = value" lines: nothing
// follows the = on the first line.
func isNested(value string) bool { return strings.HasPrefix(value, "\n") }

// nested returns the block's pairs, a key's last value at its first place, and
// whether every line has its =.
func nested(value string) (pairs []pair, ok bool) {
	at := make(map[string]int)
	for line := range strings.FieldsFuncSeq(value, isBreak) {
		line = strip(line)
		if line == "" {
			continue
		}
		key, val, ok := strings.Cut(line, "=")
		if !ok {
			return nil, false
		}
		p := pair{strip(key), strip(val)}
		if i, ok := at[p.key]; ok {
			pairs[i] = p
			continue
		}
		at[p.key] = len(pairs)
		pairs = append(pairs, p)
	}
	return pairs, true
}

// sameValue compares as botocore does: blocks by their pairs, in any order.
func sameValue(a, b string) bool {
	if a == b || !isNested(a) || !isNested(b) {
		return a == b
	}
	return maps.Equal(pairMap(a), pairMap(b))
}

func pairMap(block string) map[string]string {
	pairs, _ := nested(block)
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		m[p.key] = p.value
	}
	return m
}
