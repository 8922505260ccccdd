package audit

import (
	"context"
	"sync"
	"time"
)

// spareFor is how long the same refusal is not recorded again.
const spareFor = time.Minute

// mostSpared is how many different refusals are told apart at a time.
const mostSpared = 10_000

// Sparing is a Recorder for what strangers can do as often as they like: of
// events whose outcome is "throttled" it has Next record the first a minute for
// each action, user and address, so that nobody fills the database with them.
// Next and Now must be set.
type Sparing struct {
	Next Recorder
	Now  func() time.Time

	mu    sync.Mutex
	since time.Time
	seen  map[[3]string]bool
}

// Record records e unless it is spared.
func (s *Sparing) Record(ctx context.Context, e Event) error {
	if e.Outcome == "throttled" && s.spare([3]string{e.Action, e.UserID, e.Address}) {
		return nil
	}
	return s.Next.Record(ctx, e)
}

func (s *Sparing) spare(what [3]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.seen == nil || now.Sub(s.since).Abs() >= spareFor {
		s.since, s.seen = now, make(map[[3]string]bool)
	}
	if s.seen[what] || len(s.seen) >= mostSpared {
		return true
	}
	s.seen[what] = true
	return false
}
