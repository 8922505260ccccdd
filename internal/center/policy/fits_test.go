package policy

import (
	"path"
	"strings"
	"testing"
)

// FuzzFits holds patterns to path.Match, whose * and ? are the same where
// there is no slash.
func FuzzFits(f *testing.F) {
	f.Add("a*b?c", "axxbxc")
	f.Add("***", "")
	f.Add("*a*a*a*a*b", strings.Repeat("a", 100))
	f.Fuzz(func(t *testing.T, pattern, value string) {
		if strings.ContainsAny(pattern, `/\[]`) || strings.Contains(value, "/") || !ascii(pattern+value) {
			return
		}
		want, err := path.Match(pattern, value)
		if got := fits(pattern, value); err == nil && got != want {
			t.Fatalf("%q, %q: got %v", pattern, value, got)
		}
	})
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
