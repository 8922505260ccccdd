package atomicfile

import (
	"errors"
	"io/fs"
	"os"

	"latchkey/internal/filename"
)

// maxLinks is how long a chain of links may be: Linux's own limit.
const maxLinks = 40

// Resolve follows the symbolic links that name may be and returns the path at
// their end, which need not exist. Locks belong beside that file, so that a
// file has one lock whatever link led to it.
func Resolve(name string) (string, error) {
	path := name
	for range maxLinks {
		// Links in the directory are resolved first: ".." in a link's text
		// counts from where the link really is.
		if dir, err := filename.Real(filename.Dir(path)); err == nil {
			_, base := filename.Split(path)
			path = filename.Join(dir, base)
		}
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		next, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filename.IsAbs(next) {
			next = filename.Join(filename.Dir(path), next)
		}
		path = next
	}
	return "", &fs.PathError{Op: "resolve", Path: name, Err: errors.New("too many symbolic links")}
}

// target returns the path that Write replaces.
func (o Options) target(name string) (string, error) {
	if o.FollowSymlink {
		return Resolve(name)
	}
	return name, nil
}

// check refuses a target that is no file of ours to replace. It returns what is
// there now, nil for nothing.
func (o Options) check(target string) (fs.FileInfo, error) {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := o.acceptable(info); err != nil {
		return nil, &fs.PathError{Op: "write", Path: target, Err: err}
	}
	return info, nil
}

// acceptable says what is wrong with writing over the file that info describes.
func (o Options) acceptable(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link")
	case mode.IsDir():
		return errors.New("it is a directory")
	case !mode.IsRegular():
		return errors.New("it is not a regular file")
	case !o.FollowSymlink && linked(info):
		return errors.New("it has other hard links")
	// The mode itself is asked, not the system: root may write anything.
	case o.RefuseReadOnly && mode&0o200 == 0:
		return ErrReadOnly
	}
	return nil
}
