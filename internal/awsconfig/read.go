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
// rest. Such a text is believed when nobody has changed it for settled.
const (
	settled = 250 * time.Millisecond
	pause   = 10 * time.Millisecond
)

// readFile returns the text of the file at path, "" for none.
func readFile(path string) (string, error) {
	for look := 1; ; look++ {
		text, changed, err := readOnce(path)
		age := time.Since(changed)
		if err != nil || strings.HasSuffix(text, "\n") || age < 0 || age >= settled || look > int(2*settled/pause) {
			return text, err
		}
		time.Sleep(pause)
	}
}

// readOnce also returns when the file changed last, of which it asks after the
// reading; the zero time for no file.
func readOnce(path string) (text string, changed time.Time, err error) {
	if path == "" {
		return "", changed, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", changed, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", changed, err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", changed, err
	}
	defer f.Close()
	size := int(min(info.Size(), MaxSize))
	var read strings.Builder
	read.Grow(size)
	// Through a small buffer, so that a large file is in memory only once.
	buf := make([]byte, min(size+1, 32<<10))
	if _, err := io.CopyBuffer(&read, io.LimitReader(f, MaxSize+1), buf); err != nil {
		return "", changed, err
	}
	if info, err = f.Stat(); err != nil {
		return "", changed, err
	}
	return read.String(), info.ModTime(), nil
}
