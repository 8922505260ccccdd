package awsconfig_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awsconfig"
)

// hostile are files of about n lines that a parser with a square in it would
// take minutes for.
var hostile = map[string]func(n int) string{
	"one long line": func(n int) string { return "[default]\na = " + strings.Repeat("x", 16*n) },
	"sections":      func(n int) string { return lines(n, "[profile p%d]\n") },
	"keys":          func(n int) string { return "[default]\n" + lines(n, "k%d = 1\n") },
	"inherited keys": func(n int) string {
		return "[DEFAULT]\n" + lines(n, "k%d = 1\n") + "[default]\n" + lines(n, "l%d = 1\n")
	},
	"parts of DEFAULT":    func(n int) string { return lines(n, "[DEFAULT]\nk%d = 1\n") + "[default]\n" },
	"continuation lines":  func(n int) string { return "[default]\na = 1\n" + lines(n, "  %d\n") },
	"block":               func(n int) string { return "[default]\na =\n" + lines(n, "  k%d = 1\n") },
	"blank lines":         func(n int) string { return "[default]\na =\n" + strings.Repeat("\n", n) + "  b = 1\n" },
	"brackets":            func(n int) string { return "[default]\na = " + strings.Repeat("[", n) },
	"headers with quotes": func(n int) string { return lines(n, "[profile '%d]\n") },
	"carriage returns":    func(n int) string { return "[default]\n" + strings.Repeat("\r\n", n) },
}

func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestHostileFiles(t *testing.T) {
	for name, file := range hostile {
		t.Run(name, func(t *testing.T) {
			text := file(100_000)
			start := time.Now()
			c := parse(t, text, "")
			for _, name := range c.Profiles()[:min(1, len(c.Profiles()))] {
				p, _ := c.Profile(name)
				p.Values.Keys()
				p.Values.Get("none")
				p.Values.NestedKeys("a")
			}
			if _, err := awsconfig.Edited("config", text, awsconfig.Edit{Name: "default", Set: []awsconfig.KeyValue{block("a", "new", "x")}}); err != nil {
				t.Error(err)
			}
			d := time.Since(start)
			t.Logf("%v for %d KiB", d, len(text)>>10)
			if d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	_, err := awsconfig.Parse(awsconfig.Paths{Config: "config"}, strings.Repeat("#\n", awsconfig.MaxSize/2+1), "")
	if err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("Parse = %v", err)
	}
}
