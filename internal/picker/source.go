package picker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

const (
	// lineLimit bounds a line and a paste: no answer is as long.
	lineLimit = 64 << 10
	// escapeDelay tells the Escape key from the first byte of another key's
	// sequence, which a terminal sends in one piece.
	escapeDelay = 50 * time.Millisecond
)

var errLineTooLong = errors.New("the answer is longer than 64 KiB")

// source is the one reader over all questions. It reads only when a question
// needs more, keeps what a question left, and can be left while a read is
// still blocked: what that read brings is for the next question.
type source struct {
	r       io.Reader
	buf     []byte
	err     error // of the last read; after buf
	pending chan piece
}

type piece struct {
	data []byte
	err  error
}

// fill waits for more to arrive in s.buf, or for ctx to end.
func (s *source) fill(ctx context.Context) error {
	if s.err != nil {
		return s.err
	}
	if s.pending == nil {
		s.pending = make(chan piece, 1)
		go func(done chan<- piece) {
			data := make([]byte, 4096)
			n, err := s.r.Read(data)
			done <- piece{data[:n], err}
		}(s.pending)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case p := <-s.pending:
		s.pending = nil
		s.buf, s.err = append(s.buf, p.data...), p.err
		return nil
	}
}

// line takes one line without its end. What precedes the end of the input is
// a line too.
func (s *source) line(ctx context.Context) (string, error) {
	for {
		if i := bytes.IndexByte(s.buf, '\n'); i >= 0 {
			return string(s.take(i + 1)[:i]), nil
		}
		if len(s.buf) > lineLimit {
			return "", errLineTooLong
		}
		if err := s.fill(ctx); err != nil {
			if errors.Is(err, io.EOF) && len(s.buf) > 0 {
				return string(s.take(len(s.buf))), nil
			}
			return "", err
		}
	}
}

// key takes one key that a form could want.
func (s *source) key(ctx context.Context) (key, error) {
	for {
		k, n := decode(s.buf)
		s.take(n)
		if k.name != keyNone {
			return k, nil
		}
		if n > 0 {
			continue
		}
		late, err := s.more(ctx)
		if err != nil {
			return key{}, err
		}
		if !late {
			continue
		}
		// Escape by itself; in front of something unfinished, which no key
		// sent, it is dropped.
		s.take(1)
		if len(s.buf) == 0 {
			return key{name: keyEscape}, nil
		}
	}
}

// more waits for a key's first byte or, but not for long, for its rest.
func (s *source) more(ctx context.Context) (late bool, err error) {
	if len(s.buf) == 0 || s.buf[0] != esc || bytes.HasPrefix(s.buf, []byte(pasteStart)) {
		return false, s.fill(ctx)
	}
	soon, cancel := context.WithTimeout(ctx, escapeDelay)
	defer cancel()
	err = s.fill(soon)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return true, nil
	}
	return false, err
}

func (s *source) take(n int) []byte {
	taken := s.buf[:n]
	s.buf = s.buf[n:]
	return taken
}
