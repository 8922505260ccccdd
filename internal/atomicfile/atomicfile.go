// Package atomicfile replaces files whole: a reader, and a machine that stops
// at any moment, finds the old bytes or the new ones and nothing else. It also
// holds the advisory locks by which processes take turns at such a file.
//
// It knows nothing of what the files contain. Paths are the caller's; the
// temporary file is always beside its target, never in a shared directory.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"latchkey/internal/filename"
)

// Options say how Write treats what is already there.
type Options struct {
	// Perm is the mode of a new file; 0 means 0600. The umask has no say in it.
	Perm fs.FileMode
	// KeepMode leaves an existing file its mode, and its owner and group where
	// the process may set them.
	KeepMode bool
	// FollowSymlink replaces what a symbolic link points at and leaves the link.
	// Without it a link is refused, and so is a file with further hard links:
	// in a cache, both are plants.
	FollowSymlink bool
	// RefuseReadOnly refuses a file that its owner may not write. A rename would
	// succeed: it asks for permission on the directory only.
	RefuseReadOnly bool
}

// ErrReadOnly is wrapped by the error of Write for a file without write
// permission. It is an fs.ErrPermission.
var ErrReadOnly = fmt.Errorf("the file is read-only: %w", fs.ErrPermission)

// Write makes data the content of the file name, which need not exist; its
// directory must. When it fails, the file is as it was and no temporary file
// stays. Errors are *fs.PathError and name the file or directory at fault.
func Write(name string, data []byte, o Options) error {
	target, err := o.target(name)
	if err != nil {
		return err
	}
	old, err := o.check(target)
	if err != nil {
		return err
	}
	dir := filename.Dir(target)
	_, base := filename.Split(target)
	removeStale(dir, base)
	tmp, err := writeTemp(target, data, o.mode(old), o.owner(old))
	if err != nil {
		return err
	}
	// Opened before the rename: after it, there is no way back to report.
	sync := openDir(dir)
	if err := rename(tmp, target); err != nil {
		sync.discard()
		_ = os.Remove(tmp)
		return pathError("rename", target, err)
	}
	return sync.finish()
}

// Check reports why Write would refuse what is at name, without touching it. It
// does not foresee every failure, such as a full disk.
func Check(name string, o Options) error {
	target, err := o.target(name)
	if err != nil {
		return err
	}
	_, err = o.check(target)
	return err
}

// MkdirAll makes dir and its missing parents for the user alone, mode 0700.
// Directories that exist keep their mode.
func MkdirAll(dir string) error {
	return os.MkdirAll(dir, 0o700)
}

// mode returns the mode of the file to be; old is nil for a new one.
func (o Options) mode(old fs.FileInfo) fs.FileMode {
	switch {
	case o.KeepMode && old != nil:
		return old.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	case o.Perm != 0:
		return o.Perm
	}
	return 0o600
}

// owner returns the file whose owner and group the new one gets, or nil.
func (o Options) owner(old fs.FileInfo) fs.FileInfo {
	if o.KeepMode {
		return old
	}
	return nil
}

// pathError makes err name path, in place of any path that it names itself: a
// rename reports two, one of them a temporary file that nobody knows.
func pathError(op, path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
