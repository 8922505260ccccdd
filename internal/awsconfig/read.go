package awsconfig

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// The AWS CLI empties the file and then writes it. For a moment it has no
// profiles or half a line at its end, and an edit made of that would lose the
// rest. Such a text is believed when nobody has changed it for settled. So is one
// that took more than one read, which may be the beginning of one text with the
// end of another, unless it is the same when read again.
const (
	settled = 250 * time.Millisecond
	pause   = 10 * time.Millisecond
	chunk   = 32 << 10 // bytes read at once
)

// readFile returns the text of the file at path, "" for none.
func readFile(path string) (string, error) {
	for look := 1; ; look++ {
		text, same, changed, err := readOnce(path)
		age := time.Since(changed)
		if err != nil || same && strings.HasSuffix(text, "\n") || age < 0 || age >= settled || look > int(2*settled/pause) {
			return text, err
		}
		time.Sleep(pause)
	}
}

// readOnce also returns whether the text is of one moment, as far as the reading
// shows, and when the file changed last, of which it asks after the reading; the
// zero time for no file.
func readOnce(path string) (text string, same bool, changed time.Time, err error) {
	if path == "" {
		return "", true, changed, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", true, changed, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", true, changed, err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", true, changed, err
	}
	defer f.Close()
	var read strings.Builder
	read.Grow(int(min(info.Size(), MaxSize)))
	// Through a small buffer, so that a large file is in memory only once.
	buf := make([]byte, min(read.Cap()+1, chunk))
	if _, err := io.CopyBuffer(&read, io.LimitReader(f, MaxSize+1), buf); err != nil {
		return "", true, changed, err
	}
	if info, err = f.Stat(); err != nil {
		return "", true, changed, err
	}
	text, changed = read.String(), info.ModTime()
	same = len(text) <= chunk || time.Since(changed) >= settled || readsSame(f, text, buf)
	return text, same, changed, nil
}

// readsSame reports whether f, from its beginning, is text.
func readsSame(f io.ReaderAt, text string, buf []byte) bool {
	for at := 0; at < len(text); {
		n, err := f.ReadAt(buf[:min(len(buf), len(text)-at)], int64(at))
		if n == 0 || string(buf[:n]) != text[at:at+n] || err != nil && !errors.Is(err, io.EOF) {
			return false
		}
		at += n
	}
	return true
}
