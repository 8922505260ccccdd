package atomicfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// A waiter asks again after firstWait, then ever more slowly up to lastWait.
const (
	firstWait = time.Millisecond
	lastWait  = 50 * time.Millisecond
)

// LockError says that a lock was not to be had before the context ended.
type LockError struct {
	Path string
	PID  int   // the process that holds it, 0 if unknown
	Err  error // the context's
}

func (e *LockError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("lock %s: held by another process: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("lock %s: held by process %d: %v", e.Path, e.PID, e.Err)
}

func (e *LockError) Unwrap() error { return e.Err }

// errGone means that the lock file was removed between opening and locking it.
var errGone = errors.New("lock file removed")

// Lock takes the exclusive lock that the side file name stands for, and waits
// for it until ctx ends. The file is made when missing, never emptied and never
// removed. The kernel frees the lock when its holder dies, however it dies.
func Lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		f, err := openLock(name)
		if err != nil {
			return nil, err
		}
		err = wait(ctx, f)
		if err == nil {
			err = stillThere(f, name)
		}
		if err == nil {
			sign(f)
			return func() { f.Close() }, nil
		}
		f.Close()
		if !errors.Is(err, errGone) {
			return nil, err
		}
	}
}

// openLock opens the lock file and refuses anything planted in its place.
func openLock(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|openFlags, 0o600)
	if err != nil {
		return nil, pathError("lock", name, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = plain(info)
	}
	if err != nil {
		f.Close()
		return nil, pathError("lock", name, err)
	}
	return f, nil
}

// plain reports what makes a file unfit to be a lock of ours. One that was just
// removed has no link; stillThere sees to that.
func plain(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case linked(info):
		return errors.New("it has other hard links")
	case !ours(info):
		return errors.New("it belongs to another user")
	}
	return nil
}

// wait polls: a blocking call could not be given up when ctx ends.
func wait(ctx context.Context, f *os.File) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for delay := firstWait; ; delay = min(delay*2, lastWait) {
		held, err := tryLock(f)
		if err != nil {
			return pathError("lock", f.Name(), err)
		}
		if held {
			return nil
		}
		pause.Reset(delay)
		select {
		case <-ctx.Done():
			return &LockError{Path: f.Name(), PID: signature(f), Err: ctx.Err()}
		case <-pause.C:
		}
	}
}

// stillThere reports errGone when the locked file is no longer the one that the
// next process will open by name.
func stillThere(f *os.File, name string) error {
	mine, err := f.Stat()
	if err != nil {
		return pathError("lock", name, err)
	}
	there, err := os.Lstat(name)
	if err != nil || !os.SameFile(mine, there) {
		return errGone
	}
	return nil
}

// sign leaves the holder's process id for those who wait too long, in a field
// of fixed width so that the file need never be cut. A full disk is no reason
// to give the lock up. The word keeps the text from being JSON: the AWS CLI's
// sso logout reads every file of its cache directories and fails on a number.
func sign(f *os.File) {
	_, _ = f.WriteAt(fmt.Appendf(nil, "pid %16d\n", os.Getpid()), 0)
}

// signature returns the process id that the holder left, 0 if there is none.
func signature(f *os.File) int {
	text := make([]byte, 20)
	if _, err := f.ReadAt(text, 0); err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(text), "pid")))
	if err != nil {
		return 0
	}
	return pid
}
