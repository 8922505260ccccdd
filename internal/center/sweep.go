package center

import (
	"context"
	"time"
)

// sweepEvery is how often the database is swept, by whichever replica comes
// first; each comes a little later than that.
const sweepEvery = 50 * time.Minute

// startSweeping sweeps now and then hourly until Close.
func (c *Center) startSweeping(ctx context.Context) {
	ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	c.swept = make(chan struct{})
	go func() {
		defer close(c.swept)
		hourly := time.NewTicker(time.Hour)
		defer hourly.Stop()
		for {
			c.sweep(ctx)
			select {
			case <-hourly.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

// sweep takes its turn, if it is due.
func (c *Center) sweep(ctx context.Context) {
	var n int64
	turn, err := c.db.SweepTurn(ctx, sweepEvery, c.config.Now())
	if turn {
		n, err = c.db.Sweep(ctx, c.config.Now())
	}
	switch {
	case err != nil && ctx.Err() == nil:
		c.config.Logger.Error("sweeping failed", "error", err)
	case n > 0:
		c.config.Logger.Info("swept", "rows", n)
	}
}
