package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const openFlags = windows.O_FILE_FLAG_OPEN_REPARSE_POINT

// linked is false: the profile directory is the user's, and FileInfo has no count.
func linked(fs.FileInfo) bool { return false }

// ours is true: the access list of the profile directory decides.
func ours(fs.FileInfo) bool { return true }

// copyOwner leaves mode: a new file inherits its directory's access list.
func copyOwner(_ *os.File, _ fs.FileInfo, mode fs.FileMode) fs.FileMode { return mode }

// A dirSync does nothing: NTFS journals the rename.
type dirSync struct{}

func openDir(string) dirSync  { return dirSync{} }
func (dirSync) discard()      {}
func (dirSync) finish() error { return nil }

// rename asks again for a while when a reader, a virus scanner say, has the
// target open.
func rename(from, to string) error {
	var err error
	for range 20 {
		err = os.Rename(from, to)
		if !isSharing(err) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

func isSharing(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// The byte that is locked lies far beyond the file's content: Windows locks are
// mandatory, and the content must stay readable to those who wait.
const lockOffset = 1 << 30

// tryLock takes f's lock if it is free.
func tryLock(f *os.File) (held bool, err error) {
	at := &windows.Overlapped{Offset: lockOffset}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}
