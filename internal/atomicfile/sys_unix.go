//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openFlags keep a lock file's opening from following a link and from hanging
// on a FIFO.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_CLOEXEC

// linked reports whether the file has more names than one.
func linked(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink > 1
}

// ours reports whether the file is the user's own.
func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid()
}

// copyOwner gives f the owner and group of old where the process may, and
// returns the mode that is then right. A file that stays with another group
// must not give that group what the old one had.
func copyOwner(f *os.File, old fs.FileInfo, mode fs.FileMode) fs.FileMode {
	st, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return mode
	}
	now, err := f.Stat()
	if err != nil {
		return mode
	}
	if is, ok := now.Sys().(*syscall.Stat_t); ok && is.Uid == st.Uid && is.Gid == st.Gid {
		return mode
	}
	if f.Chown(int(st.Uid), int(st.Gid)) == nil || f.Chown(-1, int(st.Gid)) == nil {
		return mode
	}
	return mode &^ 0o070
}

// A dirSync is a directory to be synced after a rename in it.
type dirSync struct{ f *os.File }

// openDir opens dir for finish. A directory that may be written but not read
// cannot be synced by anyone, so failing to open it is no error.
func openDir(dir string) dirSync {
	f, err := os.Open(dir)
	if err != nil {
		return dirSync{}
	}
	return dirSync{f}
}

// discard is finish where there is nothing to sync.
func (d dirSync) discard() { d.f.Close() }

// finish makes the rename itself lasting.
func (d dirSync) finish() error {
	if d.f == nil {
		return nil
	}
	defer d.f.Close()
	// Some file systems do not sync directories and say so by EINVAL.
	if err := d.f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func rename(from, to string) error { return os.Rename(from, to) }

// tryLock takes f's lock if it is free.
func tryLock(f *os.File) (held bool, err error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch err {
		case nil:
			return true, nil
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return false, nil
		default:
			return false, err
		}
	}
}
