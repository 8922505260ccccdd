package signin

import (
	"context"
	"time"
)

// Limit allows Burst tries at once and then one more each Every. It waits and
// never locks: whoever is kept out by a stranger's tries gets in again.
type Limit struct {
	Burst int
	Every time.Duration
}

// Throttle counts tries in the database, so that neither a restart nor many
// connections at once give more of them.
type Throttle struct {
	Store Store
	Now   func() time.Time
}

// Try is one subject's part of a try.
type Try struct {
	Subject string
	Limit   Limit
}

// Take counts a try for each subject in turn, up to the one that has had too
// many: then it returns how long to wait.
func (t Throttle) Take(ctx context.Context, tries ...Try) (wait time.Duration, err error) {
	for _, try := range tries {
		if wait, err = t.Store.Take(ctx, try.Subject, try.Limit, t.Now()); wait > 0 || err != nil {
			break
		}
	}
	return wait, err
}

// GiveBack undoes Take after a try that was right: one's own right tries free
// nobody else's wrong ones, as each gives back no more than it took.
func (t Throttle) GiveBack(ctx context.Context, tries ...Try) error {
	for _, try := range tries {
		if err := t.Store.GiveBack(ctx, try.Subject, try.Limit); err != nil {
			return err
		}
	}
	return nil
}
