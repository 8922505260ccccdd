package picker

import (
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		in   string
		want key
		n    int
	}{
		{"", key{}, 0},
		{"ab\r", key{keyText, "ab"}, 2},
		{"é", key{keyText, "é"}, 2},
		{"\xc3", key{}, 0},
		{"\xff\r", key{keyText, "\xff"}, 1},
		{"\n", key{name: keyEnter}, 1},
		{"\x1b", key{}, 0},
		{"\x1b\x1b", key{name: keyEscape}, 1},
		{"\x1b[", key{}, 0},
		{"\x1b[5", key{}, 0},
		{"\x1b[5~x", key{name: keyPageUp}, 4},
		{"\x1b[1;5C", key{name: keyWordRight}, 6},
		{"\x1b[1;2H", key{name: keyHome}, 6},
		{"\x1b[7~", key{name: keyHome}, 4},
		{"\x1b[8~", key{name: keyEnd}, 4},
		{"\x1b[[A", key{}, 4},
		{"\x1b[[", key{}, 0},
		{"\x1b[?2026;2$y", key{}, 11},
		{"\x1b[\rA", key{}, 2},
		{"\x1bO", key{}, 0},
		{"\x1bOM", key{name: keyEnter}, 3},
		{"\x1b\x7f", key{name: keyDeleteWord}, 2},
		{"\x1bz", key{}, 2},
		{"\x1b[200~a\rb\x1b[201~c", key{keyText, "a\rb"}, 15},
		{"\x1b[200~a\rb", key{}, 0},
		{pasteStart + strings.Repeat("x", lineLimit+1), key{}, lineLimit + 7},
	} {
		if got, n := decode([]byte(c.in)); got != c.want || n != c.n {
			t.Errorf("decode(%.40q) = %v, %d; want %v, %d", c.in, got, n, c.want, c.n)
		}
	}
}

// FuzzForms presses whatever arrives: nothing panics, no key is longer than its
// bytes, and nothing is drawn that a terminal would act upon.
func FuzzForms(f *testing.F) {
	for _, s := range []string{"us-\t\t\t\x1b[Z", "\x1b[200~a\nb\x1b[201~", "acc\x1b[B\x1b[6~\x1b[A", "\x1bOH\x0bé\x7f\x17", "1 9\x7f\x7f\x7f"} {
		f.Add([]byte(s), 40, 10)
	}
	f.Fuzz(func(t *testing.T, keys []byte, width, height int) {
		items := []Item{{Label: "Account one (123456789011)"}, {Label: "Évil\x1b[2J 東京"}, {Label: ""}, {Label: "account two (123456789022)"}}
		for _, f := range []form{newEditor("Prompt \x1b[2J: ", []string{"us-east-1", "us-west-2", "é\x1b"}), newList(items, false)} {
			f.resize(width%200, height%60)
			press(t, f, keys)
		}
	})
}

func press(t *testing.T, f form, keys []byte) {
	for len(keys) > 0 {
		k, n := decode(keys)
		if n < 0 || n > len(keys) {
			t.Fatalf("decode(%q) takes %d bytes", keys, n)
		}
		if n == 0 {
			return
		}
		keys = keys[n:]
		done := k.name != keyNone && f.press(k)
		drawn := f.view()
		if strings.ContainsFunc(drawn.text, func(r rune) bool { return r != '\n' && r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Fatalf("drawn: %q", drawn.text)
		}
		if drawn.x < 0 || drawn.y < 0 || drawn.y > strings.Count(drawn.text, "\n") {
			t.Fatalf("the cursor is at %d, %d of %q", drawn.x, drawn.y, drawn.text)
		}
		if done {
			return
		}
	}
}
