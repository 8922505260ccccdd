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

// Take counts a try for each subject. If one has had too many it returns how
// long to wait.
func (t Throttle) Take(ctx context.Context, tries ...Try) (time.Duration, error) {
	var longest time.Duration
	for _, try := range tries {
		wait, err := t.Store.Take(ctx, try.Subject, try.Limit, t.Now())
		if err != nil {
			return 0, err
		}
		longest = max(longest, wait)
	}
	return longest, nil
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
