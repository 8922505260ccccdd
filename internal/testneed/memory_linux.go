package testneed

import (
	"os"
	"syscall"
)

// Memory has the files of a package's tests in memory, for TestMain: they make
// and remove thousands, with databases that wait for the disk at each commit,
// and end before the machine does. It is for tests that measure nothing. Where
// there is little memory, or somebody said where files are to be, it does nothing.
func Memory() {
	const (
		dir    = "/dev/shm"
		room   = 4 << 30
		noexec = 8 // tests run what they have written
	)
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(dir, &fs) != nil || fs.Flags&noexec != 0 || fs.Bavail*uint64(fs.Bsize) < room {
		return
	}
	_ = os.Setenv("TMPDIR", dir) // fails for names that are none
}
