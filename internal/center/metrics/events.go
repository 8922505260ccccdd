package metrics

import (
	"cmp"
	"context"
	"sync"

	"latchkey/internal/center/audit"
)

// Events returns a Recorder that counts what next has recorded.
func (m *Metrics) Events(next audit.Recorder) audit.Recorder {
	return counting{m, next}
}

type counting struct {
	metrics *Metrics
	next    audit.Recorder
}

// Record records e and counts it.
func (c counting) Record(ctx context.Context, e audit.Event) error {
	if err := c.next.Record(ctx, e); err != nil {
		return err
	}
	m := c.metrics
	outcome := m.known.value(e.Outcome)
	m.events.WithLabelValues(m.known.value(e.Action), outcome).Inc()
	if e.Action == "sign-in" {
		m.signIns.WithLabelValues(m.known.value(cmp.Or(e.Details["method"], "built-in")), outcome).Inc()
	}
	return nil
}

// mostValues is how many different values of labels there may be.
const mostValues = 200

// bounded lets the first values through and makes all others "other".
type bounded struct {
	mu     sync.Mutex
	values map[string]bool
}

func (b *bounded) value(v string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.values[v]:
		return v
	case len(b.values) >= mostValues:
		return "other"
	case b.values == nil:
		b.values = make(map[string]bool)
	}
	b.values[v] = true
	return v
}
