// Package termtext makes text of strangers fit for a terminal: account names,
// error descriptions and file contents which may hold escape sequences, line
// breaks or characters that reorder or hide what surrounds them.
//
// It owns what a terminal may be shown; when to show it is its callers'
// concern. Answers for programs (JSON) do not come here.
package termtext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// LineCells is the width to which Line cuts, in terminal cells.
const LineCells = 256

// Safe returns s with everything that a terminal would act upon, or would not
// show, written as a Go escape: control characters (C0, DEL, C1), line and
// paragraph separators, bidi controls, zero-width characters and bytes that are
// not UTF-8. Printable text is unchanged, the backslash too, so Safe(Safe(s))
// is Safe(s) and the result is for reading only, not for unquoting.
func Safe(s string) string {
	first := strings.IndexFunc(s, unsafe) // finds invalid bytes as RuneError
	if first < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:first])
	for rest := s[first:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case unsafe(r) && r != utf8.RuneError:
			b.WriteString(escape(r))
		default:
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return b.String()
}

// Line is Safe cut to LineCells: text of a stranger within a line of ours.
func Line(s string) string {
	return Truncate(Safe(s), LineCells)
}

// Width is the number of terminal cells which s takes.
func Width(s string) int {
	return displaywidth.String(s)
}

// Truncate cuts s, which must be safe already, to at most the given number of
// terminal cells, the last three being "..." when something was cut. Clusters
// such as a letter with its accents are kept whole. Below three cells there is
// no room for the dots, and the text is cut without them.
func Truncate(s string, cells int) string {
	if cells <= 0 {
		return ""
	}
	if cells < 3 {
		return displaywidth.TruncateString(s, cells, "")
	}
	return displaywidth.TruncateString(s, cells, "...")
}

// unsafe includes RuneError, which stands for invalid bytes; a genuine U+FFFD
// in the text is told apart by its size.
func unsafe(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return true
	}
	return r == utf8.RuneError || blank(r)
}

// blank reports characters which take part in no script we could expect in a
// name and show nothing, although Unicode counts them as letters or marks:
// the combining grapheme joiner, Hangul fillers and Khmer inherent vowels.
func blank(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0:
		return true
	}
	return false
}

func escape(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	switch {
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
