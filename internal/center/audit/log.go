package audit

import (
	"context"
	"sync"
	"time"
)

const (
	// mostAtOnce is how many events go into one transaction.
	mostAtOnce = 256
	// mostWaiting is how many events may wait: a database that neither takes nor
	// refuses them must not fill the memory.
	mostWaiting = 16 << 10
	// writeWithin is how long a transaction may take.
	writeWithin = 10 * time.Second
)

// Appender adds entries to the end of a chain, all of them or none.
type Appender interface {
	AppendAudit(ctx context.Context, entries []Entry) error
}

// Log is a Recorder. While one transaction is under way the next events gather,
// and go together into one of their own. Store and Now must be set.
type Log struct {
	Store Appender
	Now   func() time.Time
	// Wrote hears how many events each transaction had; nil: nobody listens.
	Wrote func(events int)

	mu      sync.Mutex
	waiting []waiter
	writing bool
	writers sync.WaitGroup
}

// waiter is an entry whose Record waits for done: its buffer lets the writer go
// on after the request has gone.
type waiter struct {
	entry Entry
	done  chan error
}

// fullError is an event for which there is no room. Its Unavailable is what those
// who answer requests look for: the answer is to come again later.
type fullError struct{}

func (fullError) Error() string { return "too many events wait to be recorded" }

// Unavailable is true.
func (fullError) Unavailable() bool { return true }

// Record keeps e. If ctx ends first, e is kept nevertheless.
func (l *Log) Record(ctx context.Context, e Event) error {
	w := waiter{NewEntry(ctx, e, l.Now()), make(chan error, 1)}
	l.mu.Lock()
	if len(l.waiting) >= mostWaiting {
		l.mu.Unlock()
		return fullError{}
	}
	l.waiting = append(l.waiting, w)
	if !l.writing {
		l.writing = true
		l.writers.Go(func() { l.write(context.WithoutCancel(ctx)) })
	}
	l.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close waits for the transaction that is under way for requests which did not
// wait for it themselves. All have ended that could record.
func (l *Log) Close() {
	l.writers.Wait()
}

// write writes until nobody waits.
func (l *Log) write(ctx context.Context) {
	for batch := l.next(); len(batch) > 0; batch = l.next() {
		err := l.append(ctx, batch)
		for _, w := range batch {
			w.done <- err
		}
	}
}

// next takes those who wait, or says that nobody writes any more.
func (l *Log) next() []waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(l.waiting), mostAtOnce)
	batch := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	l.writing = n > 0
	return batch
}

func (l *Log) append(ctx context.Context, batch []waiter) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	entries := make([]Entry, len(batch))
	for i, w := range batch {
		entries[i] = w.entry
	}
	if err := l.Store.AppendAudit(ctx, entries); err != nil {
		return err
	}
	if l.Wrote != nil {
		l.Wrote(len(entries))
	}
	return nil
}
