package awscred_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"latchkey/internal/awscred"
	"latchkey/internal/testneed"
)

// hostileValues is how many values each shell reads; LATCHKEY_TEST_HOSTILE sets
// another number.
func hostileValues(t *testing.T) int {
	n := 100_000
	if text := os.Getenv("LATCHKEY_TEST_HOSTILE"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n /= 50
	}
	return n
}

// pieces are what ends a quotation, starts a command or expands in one of the
// shells; values are made of them, of letters and of any bytes at all.
var pieces = append([]string{
	"'", `"`, "`", "\\", "$", "$(", ")", "${", "}", "((", "))", "<(", ">", "|", "&", ";", "#", "!", "*", "?", "[", "]", "~", "=", "^", "%", ",", "@", ":",
	" ", "  ", "\t", "\n", "\r", "\x00", "\x1b", "\x7f", "\x80", "\xff", "\u0085", "\u00a0", "\u2018", "\u2019", "\u201a", "\u201b", "\u201c", "\u2028", "\ufeff", "😀",
	"touch pwned", "$(touch pwned)", "';touch pwned;'", "\";touch pwned;\"", "\\';touch pwned;'", "$'\\n'", "$IFS", "$HOME", "EOF", "--", "-n", "%s", "\\n", "\\c",
	"'\\''", "''", "\\\\", "\\\n",
}, hostile...)

func hostileValue(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(8) {
		switch r.IntN(4) {
		case 0:
			b.WriteByte(byte(r.IntN(256)))
		case 1:
			b.WriteString("aZ09/+="[r.IntN(7):])
		default:
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
	}
	return b.String()
}

// shell is one that reads a form, and prints the value with a NUL after it.
type shell struct {
	name string
	args []string
	form awscred.Form
	show string
}

const showPOSIX = `printf '%s\0' "$AWS_SECRET_ACCESS_KEY"` + "\n"

var shells = []shell{
	{"sh", nil, awscred.EnvNoExport, showPOSIX},
	{"dash", nil, awscred.Env, showPOSIX},
	{"bash", []string{"--norc"}, awscred.Env, showPOSIX},
	{"bash", []string{"--norc"}, awscred.EnvNoExport, showPOSIX},
	{"zsh", []string{"-f"}, awscred.Env, showPOSIX},
	{"zsh", []string{"-f"}, awscred.EnvNoExport, showPOSIX},
	{"fish", []string{"--no-config"}, awscred.Fish, `printf '%s\0' $AWS_SECRET_ACCESS_KEY` + "\n"},
}

// TestHostileValues gives each shell thousands of values at once, in the form
// that is written for it. Each value is read back as it was or was refused; no
// shell says anything, and no file is made.
func TestHostileValues(t *testing.T) {
	for _, sh := range shells {
		t.Run(sh.name+" "+string(sh.form), func(t *testing.T) {
			t.Parallel()
			path := testneed.Program(t, sh.name)
			const batch = 5_000
			seed := rand.Uint64()
			r := rand.New(rand.NewPCG(seed, 0))
			left, refused := hostileValues(t), 0
			for left > 0 {
				var values []string
				var script strings.Builder
				for ; left > 0 && len(values) < batch; left-- {
					v := hostileValue(r)
					text, err := awscred.Format(awscred.Credentials{AccessKeyID: "A", SecretAccessKey: awscred.Secret(v)}, sh.form)
					if errors.Is(err, awscred.ErrUnquotable) {
						refused++
						continue
					}
					values = append(values, v)
					script.Write(text)
					script.WriteString(sh.show)
				}
				sh.read(t, path, script.String(), values)
			}
			t.Logf("seed %d: %d values, %d of them refused", seed, hostileValues(t), refused)
		})
	}
}

func (sh shell) read(t *testing.T, path, script string, values []string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(path, append(sh.args, file)...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}, &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %.500s", err, stderr.String())
	}
	got := strings.Split(string(out), "\x00")
	if len(got) != len(values)+1 {
		t.Fatalf("%d values are read of %d", len(got)-1, len(values))
	}
	for i, want := range values {
		if got[i] != want {
			t.Fatalf("%q is read as %q", want, got[i])
		}
	}
	if made, _ := filepath.Glob(filepath.Join(dir, "pwned*")); len(made) > 0 {
		t.Fatal("a value was run")
	}
}

// What is refused has a control character or is not UTF-8, where the form can
// take anything else.
func TestRefusedValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		v := hostileValue(r)
		for _, form := range []awscred.Form{awscred.Env, awscred.Fish, awscred.PowerShell} {
			_, err := awscred.Format(awscred.Credentials{AccessKeyID: "A", SecretAccessKey: awscred.Secret(v)}, form)
			control := strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 })
			if err != nil && !control && utf8.ValidString(v) {
				t.Fatalf("%s refuses %q", form, v)
			}
		}
	}
}

// TestHostileValuesInPowerShell reads the form with a model of PowerShell's
// tokenizer, which is not at hand everywhere.
func TestHostileValuesInPowerShell(t *testing.T) {
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for range hostileValues(t) {
		want := hostileValue(r)
		text, err := awscred.Format(awscred.Credentials{AccessKeyID: "A", SecretAccessKey: awscred.Secret(want)}, awscred.PowerShell)
		if errors.Is(err, awscred.ErrUnquotable) {
			continue
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		expression, ok := strings.CutPrefix(lines[len(lines)-1], "$Env:AWS_SECRET_ACCESS_KEY=")
		if len(lines) != 2 || !ok {
			t.Fatalf("%q is written as %q", want, text)
		}
		if got, err := powerShellString(expression); err != nil || got != want {
			t.Fatalf("%q is written as %q and read as %q, %v", want, expression, got, err)
		}
	}
}

// powerShellString evaluates an expression that is one string literal. Both
// kinds of quotes have typographic forms which count as the plain one, and a
// doubled quote of any form stands for itself. In double quotes $ and ` have
// meanings, which no value may use here.
// https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_quoting_rules
// https://github.com/PowerShell/PowerShell/blob/master/src/System.Management.Automation/engine/parser/CharTraits.cs
func powerShellString(expression string) (string, error) {
	const single, double = "'\u2018\u2019\u201a\u201b", "\"\u201c\u201d\u201e"
	runes := []rune(expression)
	if !utf8.ValidString(expression) || len(runes) < 2 {
		return "", errors.New("no string")
	}
	quotes := single
	if strings.ContainsRune(double, runes[0]) {
		quotes = double
	} else if !strings.ContainsRune(single, runes[0]) {
		return "", fmt.Errorf("begins with %q", runes[0])
	}
	var b strings.Builder
	for i := 1; i < len(runes); i++ {
		c := runes[i]
		switch {
		case strings.ContainsRune(quotes, c):
			if i == len(runes)-1 {
				return b.String(), nil
			}
			if i++; !strings.ContainsRune(quotes, runes[i]) {
				return "", fmt.Errorf("ends before %q", string(runes[i:]))
			}
			b.WriteRune(c)
		case quotes == double && (c == '$' || c == '`'):
			return "", fmt.Errorf("%q expands", c)
		default:
			b.WriteRune(c)
		}
	}
	return "", errors.New("does not end")
}
