package credsource

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
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

// TestSplitAgainstBotocore compares the words of commands made of all that means
// something to either splitter.
func TestSplitAgainstBotocore(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	pieces := []string{`"`, `'`, `\`, `\\`, " ", "\t", "\n", "\r", "a", "bc", "=", "#", "$x", "`", ";", "é", "\u2028", "\x1c"}
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	platforms := map[string]string{"linux": "linux", "windows": "win32"}
	var questions bytes.Buffer
	var lines []string
	for range 20_000 {
		var line strings.Builder
		for range r.IntN(9) {
			line.WriteString(pieces[r.IntN(len(pieces))])
		}
		lines = append(lines, line.String())
		for _, goos := range []string{"linux", "windows"} {
			text, _ := json.Marshal([]string{platforms[goos], line.String()})
			questions.Write(append(text, '\n'))
		}
	}
	cmd := exec.Command(python, "testdata/botocore_split.py")
	cmd.Stdin, cmd.Stderr = &questions, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	for _, line := range lines {
		for _, goos := range []string{"linux", "windows"} {
			var want []string
			if err := answers.Decode(&want); err != nil {
				t.Fatal(err)
			}
			got, ok := commandWords(goos, line)
			if ok != (want != nil) || ok && !slices.Equal(got, want) {
				t.Fatalf("%s: %q is split into %q, %v; botocore has %q", goos, line, got, ok, want)
			}
		}
	}
}

// FuzzReadAnswer: whatever a program writes, the outcome is credentials or an
// error that shows nothing of it.
func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{
		`{"Version":1,"AccessKeyId":"canary-1","SecretAccessKey":"canary-2","SessionToken":"canary-3","Expiration":"2026-11-22T21:00:00Z"}`,
		`{"Version":1,"AccessKeyId":7}`, `{"Version":2}`, `[]`, `{"Version":1,"AccessKeyId":"canary-1","SecretAccessKey":"canary-2","Expiration":"canary-4"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readAnswer([]byte(text), time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC))
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && (c.AccessKeyID == "" || c.SecretAccessKey == "") {
			t.Errorf("%q gives %+v", text, c)
		}
	})
}
