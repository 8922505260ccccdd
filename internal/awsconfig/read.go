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
		text, same, rests, err := readOnce(path)
		if err != nil || same && strings.HasSuffix(text, "\n") || rests || look > int(2*settled/pause) {
			return text, err
		}
		time.Sleep(pause)
	}
}

// readOnce also returns whether the text is of one moment, as far as the reading
// shows, and whether nobody had changed the file for settled when the reading
// began, nor until it ended: however long this program stood still meanwhile. A
// time of change that is still to come says nothing, and counts as that.
func readOnce(path string) (text string, same, rests bool, err error) {
	if path == "" {
		return "", true, true, nil
	}
	began := time.Now()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", true, true, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", true, true, err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", true, true, err
	}
	defer f.Close()
	var read strings.Builder
	read.Grow(int(min(info.Size(), MaxSize)))
	// Through a small buffer, so that a large file is in memory only once.
	buf := make([]byte, min(max(read.Cap()+1, 512), chunk))
	from := &counted{f, 0}
	if _, err := io.CopyBuffer(&read, io.LimitReader(from, MaxSize+1), buf); err != nil {
		return "", true, true, err
	}
	if info, err = f.Stat(); err != nil {
		return "", true, true, err
	}
	text, changed := read.String(), info.ModTime()
	rests = began.Sub(changed) >= settled || changed.After(time.Now())
	same = int64(len(text)) == info.Size() && (from.reads <= 1 || rests || readsSame(f, text, buf))
	return text, same, rests, nil
}

// counted counts the reads that gave something: a file that was empty when its
// size was asked for can take several, however short it is.
type counted struct {
	io.Reader
	reads int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if n > 0 {
		c.reads++
	}
	return n, err
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
