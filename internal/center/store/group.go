package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// mostInGroup is how many writes are committed together.
const mostInGroup = 256

// group commits writes together: while one commit waits for the disk, the next
// writes gather. Each is told how it ended when what it wrote is on the disk, and
// one that fails takes nobody with it.
type group struct {
	begin func() (*transaction, error)

	mu      sync.Mutex
	waiting []*write
	writing bool
	closed  bool
	ended   sync.WaitGroup
}

// write is what one caller wants written. Whoever takes it first has it: the
// group, or its caller who no longer wants it.
type write struct {
	do       func(*transaction) error
	taken    atomic.Bool
	done     chan struct{} // closed when the next two are final
	err      error
	panicked any
}

var errClosed = errors.New("the database is closed")

// run has do write in a transaction that is shared with others. do gets no part
// of what those do that fail, and may run more than once. If ctx ends before do
// begins, it does not.
func (g *group) run(ctx context.Context, do func(*transaction) error) error {
	w := &write{do: do, done: make(chan struct{})}
	if !g.add(w) {
		return errClosed
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if w.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-w.done
	}
	if w.panicked != nil {
		panic(w.panicked)
	}
	return w.err
}

func (g *group) add(w *write) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.waiting = append(g.waiting, w)
	if !g.writing {
		g.writing = true
		g.ended.Go(g.write)
	}
	return true
}

// close waits for what is being written and takes no more.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.ended.Wait()
}

// write writes until nobody waits.
func (g *group) write() {
	for batch := g.next(); len(batch) > 0; batch = g.next() {
		g.commit(batch)
		for _, w := range batch {
			close(w.done)
		}
	}
}

// next takes those who wait and still want to, or says that nobody writes any
// more.
func (g *group) next() []*write {
	g.mu.Lock()
	defer g.mu.Unlock()
	var batch []*write
	for len(g.waiting) > 0 && len(batch) < mostInGroup {
		if w := g.waiting[0]; w.taken.CompareAndSwap(false, true) {
			batch = append(batch, w)
		}
		g.waiting[0] = nil
		g.waiting = g.waiting[1:]
	}
	g.writing = len(batch) > 0
	return batch
}

// commit writes a batch in one transaction. If that breaks before the end, such
// as on a full disk, each gets one of its own: the next may need less room.
func (g *group) commit(batch []*write) {
	if g.together(batch) || len(batch) == 1 {
		return
	}
	for _, w := range batch {
		w.err, w.panicked = nil, nil
		g.together([]*write{w})
	}
}

// together reports whether every write of the batch has its final answer.
func (g *group) together(batch []*write) bool {
	tx, err := g.begin()
	if err != nil {
		fail(batch, err)
		return true
	}
	defer tx.Rollback() // nothing to do after Commit
	for _, w := range batch {
		if broken := w.apart(tx); broken != nil {
			fail(batch, broken)
			return false
		}
	}
	if err := tx.Commit(); err != nil {
		fail(batch, err)
	}
	return true
}

// fail gives err to all who would have succeeded.
func fail(batch []*write, err error) {
	for _, w := range batch {
		if w.err == nil && w.panicked == nil {
			w.err = err
		}
	}
}

// apart runs the write so that it can be taken back alone. Its error says that
// the transaction is lost.
func (w *write) apart(tx *transaction) error {
	ctx := context.Background()
	if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return err
	}
	if w.attempt(tx); w.err != nil || w.panicked != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO one"); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "RELEASE one")
	return err
}

func (w *write) attempt(tx *transaction) {
	defer func() { w.panicked = recover() }()
	w.err = w.do(tx)
}
