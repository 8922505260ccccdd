package bench

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testneed"
)

// manyProfiles is what a large organisation has in one file.
const manyProfiles = 4000

// One bad line at the very end makes botocore refuse the file, and so it is
// refused here, though the answer could be given before that line is met.
func TestLargeConfigIsReadToItsEnd(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	u := user{program: program(t), env: home(t, manyProfiles)}
	u.home = strings.TrimPrefix(u.env[0], "HOME=")
	whole, err := os.ReadFile(u.configFile())
	must(t, err)
	for _, tt := range []struct{ name, end string }{
		{"nothing wrong", ""},
		{"no delimiter", "this line has none\n"},
		{"section twice", "[profile p1]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.TrimSuffix(string(whole), "\n") + tt.end
			must(t, os.WriteFile(u.configFile(), []byte(text), 0o600))
			refused := refusedByBotocore(t, python, u.configFile())
			if refused != (tt.end != "") {
				t.Fatalf("botocore refuses the file: %v", refused)
			}
			o := u.run(export("p1")...)
			if refused && (o.code != 253 || o.out != "" || !strings.Contains(o.err, u.configFile()+":")) || !refused && o.code != 0 {
				t.Errorf("exit %d, %q, %s", o.code, o.out, o.err)
			}
		})
	}
}

func refusedByBotocore(t *testing.T, python, config string) bool {
	t.Helper()
	const read = `import sys, botocore.configloader as c, botocore.exceptions as e
try: c.load_config(sys.argv[1])
except e.ConfigParseError: sys.exit(3)`
	err := exec.Command(python, "-c", read, filepath.Clean(config)).Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		return true
	}
	must(t, err)
	return false
}
