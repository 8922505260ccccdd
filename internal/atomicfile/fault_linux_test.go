package atomicfile_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testneed"
)

// TestFaults has each system call of a replacement fail, and has the process
// killed at it: the file holds the old bytes or the new, and the next writer
// succeeds. A failed writer, unlike a killed one, cleans up and names the file.
func TestFaults(t *testing.T) {
	strace := testneed.Program(t, "strace")
	testneed.Check(t, exec.Command(strace, "-o", "/dev/null", "true").Run() == nil, "strace may not trace here")
	// A process also opens and closes files of its own: there it is only killed.
	for call, faults := range map[string][]string{
		"write":    {"error=ENOSPC", "error=EIO", "error=EDQUOT", "signal=SIGKILL"},
		"fchmod":   {"error=EPERM", "error=EROFS", "signal=SIGKILL"},
		"fsync":    {"error=ENOSPC", "error=EIO", "signal=SIGKILL"},
		"renameat": {"error=EACCES", "error=EROFS", "signal=SIGKILL"},
		"openat":   {"signal=SIGKILL"},
		"close":    {"signal=SIGKILL"},
	} {
		for _, fault := range faults {
			for n := 1; n <= 3; n++ {
				inject := fmt.Sprintf("%s:%s:when=%d", call, fault, n)
				t.Run(inject, func(t *testing.T) { checkFault(t, strace, call, inject) })
			}
		}
	}
}

func checkFault(t *testing.T, strace, call, inject string) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old", 0o600)
	cmd := process("once", path)
	cmd.Path = strace
	cmd.Args = []string{"strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + inject, os.Args[0]}
	cmd.Stderr = nil
	out, err := cmd.CombinedOutput()
	data, readErr := os.ReadFile(path)
	switch {
	case readErr != nil || string(data) != "old" && string(data) != "new":
		t.Errorf("the file holds %q, %v", data, readErr)
	case err == nil && string(data) != "new":
		t.Error("the writer succeeded and wrote nothing")
	}
	if err != nil && !strings.Contains(inject, "SIGKILL") {
		checkAlone(t, path)
		if !strings.Contains(string(out), path) && !strings.Contains(string(out), filepath.Dir(path)) {
			t.Errorf("the writer said %q, without the path", out)
		}
	}
	if out, err := process("once", path).CombinedOutput(); err != nil {
		t.Errorf("the next writer: %v, %s", err, out)
	}
	checkFile(t, path, "new", 0o600)
}
