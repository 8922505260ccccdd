// Package ssocache owns the files in which the AWS CLI and the AWS SDKs keep
// what a sign-in gave: tokens and client registrations in ~/.aws/sso/cache,
// role credentials in ~/.aws/cli/cache. Names, keys, key order and time formats
// are the AWS CLI's to the byte, so that one sign-in serves every client.
//
// It knows bytes only. When a token is stale and what to do about it is policy
// and lives in session.
package ssocache

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"latchkey/internal/atomicfile"
	"latchkey/internal/filename"
)

// ErrNotFound means that there is no usable file for the key: none at all, or
// one that is not the JSON of its kind.
var ErrNotFound = errors.New("not in the cache")

// maxFile bounds what is read, in bytes. The largest known tokens have a few
// thousand.
const maxFile = 1 << 20

// Dir names the two directories. They need not exist.
type Dir struct {
	SSO string // tokens and registrations, ~/.aws/sso/cache
	CLI string // role credentials, ~/.aws/cli/cache
}

// In returns the directories below home, where every AWS client looks for them.
func In(home string) Dir {
	return Dir{
		SSO: filename.Join(home, ".aws", "sso", "cache"),
		CLI: filename.Join(home, ".aws", "cli", "cache"),
	}
}

// Lock takes the lock of one token or registration key between processes. The
// kernel frees it when its holder ends, however it ends.
func (d Dir) Lock(ctx context.Context, key string) (unlock func(), err error) {
	return lock(ctx, d.SSO, key)
}

// LockCredentials takes the lock of one role-credential key between processes.
func (d Dir) LockCredentials(ctx context.Context, key string) (unlock func(), err error) {
	return lock(ctx, d.CLI, key)
}

func lock(ctx context.Context, dir, key string) (func(), error) {
	if err := atomicfile.MkdirAll(dir); err != nil {
		return nil, err
	}
	return atomicfile.Lock(ctx, filename.Join(dir, key+".lock"))
}

func file(dir, key string) string { return filename.Join(dir, key+".json") }

func write(dir, key string, data []byte) error {
	if err := atomicfile.MkdirAll(dir); err != nil {
		return err
	}
	return atomicfile.Write(file(dir, key), data, atomicfile.Options{Perm: 0o600})
}

// read returns the JSON object in the file of key. Other programs truncate
// these files and write them in place, so that a reader can meet half of one:
// it is read again before it counts as missing, three times, and for longer
// while somebody is at it.
func read(dir, key string) (object, error) { return readAtLeast(3, dir, key) }

// readListed is read for one of many files, of which those that nobody is at
// are what they are: waiting for each would add up.
func readListed(dir, key string) (object, error) { return readAtLeast(1, dir, key) }

func readAtLeast(tries int, dir, key string) (object, error) {
	const most, pause = 25, 20 * time.Millisecond
	name := file(dir, key)
	for try := 1; ; try++ {
		data, err := readRegular(name)
		if err != nil {
			return nil, err
		}
		if o, ok := parseObject(data); ok {
			return o, nil
		}
		if try >= tries && (try == most || !changing(name)) {
			return nil, ErrNotFound
		}
		time.Sleep(pause)
	}
}

// changing reports whether the file was changed a moment ago: a writer on a
// busy machine can be held up between its truncation and its first byte.
func changing(name string) bool {
	const moment = 250 * time.Millisecond
	info, err := os.Lstat(name)
	return err == nil && time.Since(info.ModTime()) < moment
}

// readRegular reads a regular file and nothing else: a link may lead out of the
// cache, and a pipe would block.
func readRegular(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, ErrNotFound
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readStill(f, int(info.Size()))
}

// readStill reads size bytes twice. A program that empties the file and fills
// it again in the middle of a read leaves the beginning of one token with the
// end of another, which can parse. What is not the same both times is nothing.
func readStill(f *os.File, size int) ([]byte, error) {
	texts := [2][]byte{make([]byte, size+1), make([]byte, size+1)} // one more, to meet the end
	for _, text := range texts {
		n, err := f.ReadAt(text, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if n != size {
			return nil, nil
		}
	}
	if string(texts[0]) != string(texts[1]) {
		return nil, nil
	}
	return texts[0][:size], nil
}

// keys lists the keys that have a file in dir.
func keys(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []string
	for _, e := range entries {
		if key, ok := strings.CutSuffix(e.Name(), ".json"); ok && e.Type().IsRegular() {
			found = append(found, key)
		}
	}
	return found, err
}

func remove(dir, key string) error {
	err := os.Remove(file(dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// TokenReadableByOthers returns the path of the token's file if its mode lets
// other users read it: programs exist that make it so. Files written here are
// the owner's alone.
func (d Dir) TokenReadableByOthers(key string) (path string, readable bool) {
	path = file(d.SSO, key)
	info, err := os.Lstat(path)
	return path, err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/'
}
