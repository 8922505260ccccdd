package credsource

import (
	"slices"
	"testing"
)

// The rules of the C runtime, with the examples of Microsoft's page.
func TestWindowsWords(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []string
	}{
		{``, nil},
		{"  a \t b  ", []string{"a", "b"}},
		{`"abc" d e`, []string{"abc", "d", "e"}},
		{`a\\b d"e f"g h`, []string{`a\\b`, "de fg", "h"}},
		{`a\\\"b c d`, []string{`a\"b`, "c", "d"}},
		{`a\\\\"b c" d e`, []string{`a\\b c`, "d", "e"}},
		{`"C:\Program Files\x\p.exe" --profile 'a b'`, []string{`C:\Program Files\x\p.exe`, "--profile", "'a", "b'"}},
		{`C:\x\ y`, []string{`C:\x\`, "y"}},
		{`"" a`, []string{"", "a"}},
		{`x\`, []string{`x\`}},
	} {
		if got, ok := windowsWords(tc.line); !ok || !slices.Equal(got, tc.want) {
			t.Errorf("windowsWords(%q) = %q, %v, want %q", tc.line, got, ok, tc.want)
		}
	}
	if got, ok := commandWords("windows", `a "b`); ok {
		t.Errorf("an open quotation gave %q", got)
	}
}
