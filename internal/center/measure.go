package center

import (
	"latchkey/internal/center/metrics"
	"latchkey/internal/center/password"
	"latchkey/internal/center/store"
)

// newMetrics makes the metrics that know of the center's parts.
func newMetrics(db *store.DB, passwords *password.Hasher) *metrics.Metrics {
	m := metrics.New()
	m.Hashing(passwords.Load)
	m.Pools(func() map[string]metrics.Pool {
		pools := make(map[string]metrics.Pool)
		for name, s := range db.Stats() {
			pools[name] = metrics.Pool{
				Most: s.MaxOpenConnections, Open: s.OpenConnections, InUse: s.InUse, Waits: s.WaitCount, Wait: s.WaitDuration,
			}
		}
		return pools
	})
	return m
}
