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
// events whose outcome is "throttled", and of refused clients that would have
// acted for nobody yet, it has Next record the first a minute for each action,
// outcome, user and address, so that nobody fills the database with them.
// Next and Now must be set.
type Sparing struct {
	Next Recorder
	Now  func() time.Time

	mu    sync.Mutex
	since time.Time
	seen  map[[4]string]bool
}

// Record records e unless it is spared.
func (s *Sparing) Record(ctx context.Context, e Event) error {
	if isCheap(e) && s.spare([4]string{e.Action, e.Outcome, e.UserID, e.Address}) {
		return nil
	}
	return s.Next.Record(ctx, e)
}

// isCheap reports whether e takes a stranger nothing: anybody can register two
// clients and come with the code of one as the other.
func isCheap(e Event) bool {
	return e.Outcome == "throttled" || e.Action == "token" && e.Outcome != "ok" && e.UserID == ""
}

func (s *Sparing) spare(what [4]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.seen == nil || now.Sub(s.since).Abs() >= spareFor {
		s.since, s.seen = now, make(map[[4]string]bool)
	}
	if s.seen[what] || len(s.seen) >= mostSpared {
		return true
	}
	s.seen[what] = true
	return false
}
