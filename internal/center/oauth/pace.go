package oauth

import (
	"sync"
	"time"
)

// slower is what slow_down adds: "the interval MUST be increased by 5 seconds
// for this and all subsequent requests" (RFC 8628, section 3.5).
const (
	slower      = 5 * time.Second
	maxInterval = 60 * time.Second
)

// pace tells clients that poll too fast to slow down. It is no defence - device
// codes cannot be guessed - so it is in memory: a poll writes nothing. The zero
// value is ready.
type pace struct {
	mu    sync.Mutex
	polls map[string]*polling
	sweep time.Time // when expired ones are next looked for
}

type polling struct {
	next     time.Time // the earliest that the next poll may come
	interval time.Duration
	expires  time.Time
}

// poll reports whether a poll of the device code at now is in time. Half an
// interval is forgiven, and the first two may come at once, as the AWS CLI's do.
func (p *pace) poll(deviceHash string, now, expires time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	q := p.polls[deviceHash]
	if q == nil {
		q = &polling{interval: pollInterval, expires: expires}
		p.polls[deviceHash] = q
	}
	if now.Before(q.next) {
		q.interval = min(q.interval+slower, maxInterval)
		q.next = now.Add(q.interval - pollInterval/2)
		return false
	}
	q.next = later(q.next.Add(q.interval), now.Add(-q.interval/2))
	return true
}

// forget drops, once a minute, the codes that have expired.
func (p *pace) forget(now time.Time) {
	if p.polls == nil {
		p.polls = make(map[string]*polling)
	}
	if now.Before(p.sweep) {
		return
	}
	p.sweep = now.Add(time.Minute)
	for hash, q := range p.polls {
		if !now.Before(q.expires) {
			delete(p.polls, hash)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
