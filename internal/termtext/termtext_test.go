package termtext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"latchkey/internal/termtext"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"DeveloperAccount, dev@example.com (123456789011)", "DeveloperAccount, dev@example.com (123456789011)"},
		{"Zürich 東京 🔑 عربي e\u0301", "Zürich 東京 🔑 عربي e\u0301"},
		{`C:\temp`, `C:\temp`},
		{"two\nlines\r\n\tindented", `two\nlines\r\n\tindented`},
		{"\x1b]52;c;ZXZpbA==\x07", `\x1b]52;c;ZXZpbA==\x07`},
		{"\x00\x7f", `\x00\x7f`},
		{"\u009b2J", `\u009b2J`},
		{"a\x9bb\xff", `a\x9bb\xff`},
		{"\u202egnp.exe\u202c", `\u202egnp.exe\u202c`},
		{"\u2066\u2069\u200e\u200f\u061c", `\u2066\u2069\u200e\u200f\u061c`},
		{"ad\u200bmin\ufeff", `ad\u200bmin\ufeff`},
		{"a\u2028b\u2029", `a\u2028b\u2029`},
		{"\U000e0041", `\U000e0041`},
		{"\u3164", `\u3164`},
		{"\ufffd", "\ufffd"},
	} {
		if got := termtext.Safe(c.in); got != c.want {
			t.Errorf("Safe(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells int
		want  string
	}{
		{"ReadOnly", 8, "ReadOnly"},
		{"ReadOnly", 7, "Read..."},
		{"ReadOnly", 3, "..."},
		{"ReadOnly", 2, "Re"},
		{"ReadOnly", 0, ""},
		{"東京大阪", 8, "東京大阪"},
		{"東京大阪", 7, "東京..."},
		{"東京大阪", 6, "東..."},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301..."},
	} {
		got := termtext.Truncate(c.in, c.cells)
		if got != c.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", c.in, c.cells, got, c.want)
		}
		if w := termtext.Width(got); w > c.cells {
			t.Errorf("Truncate(%q, %d) is %d cells wide", c.in, c.cells, w)
		}
	}
}

func TestLineIsLimited(t *testing.T) {
	if got := termtext.Width(termtext.Line(strings.Repeat("\n", 4096))); got != termtext.LineCells {
		t.Errorf("a line of 4096 line breaks is %d cells wide, want %d", got, termtext.LineCells)
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J", "\u202e", "\xff\xfe", "\u0085", "a\u200db", "\ufffd\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		safe := termtext.Safe(s)
		if !utf8.ValidString(safe) {
			t.Errorf("Safe(%q) = %q is not UTF-8", s, safe)
		}
		for _, r := range safe {
			if hidden(r) {
				t.Errorf("Safe(%q) = %q holds %U", s, safe, r)
			}
		}
		if again := termtext.Safe(safe); again != safe {
			t.Errorf("Safe(%q) = %q, and once more %q", s, safe, again)
		}
		if got := termtext.Width(termtext.Line(s)); got > termtext.LineCells {
			t.Errorf("Line(%q) is %d cells wide", s, got)
		}
	})
}

// hidden repeats the promise in ranges of its own, not by the tables of the code.
func hidden(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xad || r == 0x61c ||
		r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff
}
