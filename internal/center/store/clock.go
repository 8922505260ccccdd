package store

import (
	"context"
	"sync/atomic"
	"time"
)

// clock is the database's, by which all replicas decide what has expired: how
// far it is ahead of this machine's.
type clock struct {
	ahead atomic.Int64 // nanoseconds
	stop  context.CancelFunc
	ended chan struct{}
}

const (
	// tick is how often the clock is read.
	tick = 30 * time.Second
	// tickWithin is how long that may take.
	tickWithin = 5 * time.Second
)

// Now is the time of the database. It needs no call: how far this machine's
// clock is off is measured now and then.
func (db *DB) Now() time.Time {
	return time.Now().Add(time.Duration(db.clock.ahead.Load()))
}

// keepTime measures once and then until Close.
func (db *DB) keepTime(ctx context.Context) error {
	if err := db.readClock(ctx); err != nil {
		return err
	}
	ctx, db.clock.stop = context.WithCancel(context.WithoutCancel(ctx))
	db.clock.ended = make(chan struct{})
	go func() {
		defer close(db.clock.ended)
		ticks := time.NewTicker(tick)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				_ = db.readClock(ctx) // the last measure stays good
			}
		}
	}()
	return nil
}

// readClock takes the moment half way between asking and hearing for that of
// the answer.
func (db *DB) readClock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tickWithin)
	defer cancel()
	asked := time.Now()
	var there time.Time
	if err := db.read.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&there); err != nil {
		return err
	}
	took := time.Since(asked)
	db.clock.ahead.Store(int64(there.Sub(asked.Add(took / 2))))
	return nil
}

func (c *clock) close() {
	if c.stop != nil {
		c.stop()
		<-c.ended
	}
}
