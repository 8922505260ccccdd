// Package testneed says which programs a test needs. A test without them is
// skipped and says so; with LATCHKEY_TEST_REQUIRE=all it fails instead, so that
// the full check cannot pass by skipping.
package testneed

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Program returns the path of the program name.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	Check(t, err == nil, "no program "+name+" on PATH")
	return path
}

// PythonModule returns the path of a python3 that can import module: of the
// interpreter itself, where the one on PATH is a script that looks for it. Each
// module is asked for once.
func PythonModule(t testing.TB, module string) string {
	t.Helper()
	python := Program(t, "python3")
	found, _ := pythons.LoadOrStore(module, sync.OnceValue(func() string {
		out, err := exec.Command(python, "-c", "import sys, "+module+"; print(sys.executable)").Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}))
	path := found.(func() string)()
	Check(t, path != "", "python3 has no module "+module)
	return path
}

// pythons has a function for each module, which returns the interpreter.
var pythons sync.Map

// Sources makes the result of a test depend on the files under the directories
// dirs of this module: go test does not see what a test builds, and would answer
// from its cache after that has changed. It does see which directories are read,
// and the names, sizes and times of what is in them.
func Sources(dirs ...string) error {
	for _, dir := range dirs {
		if err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			return err
		}
	}
	return nil
}

// Check skips the test, or fails it where nothing may be skipped, unless ok.
func Check(t testing.TB, ok bool, reason string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("LATCHKEY_TEST_REQUIRE") == "all":
		t.Fatalf("needed here: %s", reason)
	default:
		t.Skip("skipped: " + reason)
	}
}
