package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Pool is how busy a pool of connections to the database is.
type Pool struct {
	Most  int // connections that there may be
	Open  int
	InUse int
	Waits int64 // how often somebody waited for one, since the start
	Wait  time.Duration
}

// Pools has the state of each pool asked for when Prometheus asks.
func (m *Metrics) Pools(state func() map[string]Pool) {
	m.registry.MustRegister(pools(state))
}

// pools collects the state of the pools.
type pools func() map[string]Pool

// poolMetric is one number of each pool.
type poolMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(Pool) float64
}

func poolMetrics() []poolMetric {
	metric := func(name, help string, kind prometheus.ValueType, value func(Pool) float64) poolMetric {
		return poolMetric{prometheus.NewDesc(prefix+name, help, []string{"pool"}, nil), kind, value}
	}
	return []poolMetric{
		metric("database_connections_max", "Connections that there may be.",
			prometheus.GaugeValue, func(p Pool) float64 { return float64(p.Most) }),
		metric("database_connections_open", "Connections that there are.",
			prometheus.GaugeValue, func(p Pool) float64 { return float64(p.Open) }),
		metric("database_connections_in_use", "Connections that are in use.",
			prometheus.GaugeValue, func(p Pool) float64 { return float64(p.InUse) }),
		metric("database_waits_total", "How often a connection was waited for.",
			prometheus.CounterValue, func(p Pool) float64 { return float64(p.Waits) }),
		metric("database_wait_seconds_total", "How long connections were waited for.",
			prometheus.CounterValue, func(p Pool) float64 { return p.Wait.Seconds() }),
	}
}

// Describe and Collect are prometheus.Collector's.
func (pools) Describe(to chan<- *prometheus.Desc) {
	for _, metric := range poolMetrics() {
		to <- metric.desc
	}
}

// Collect sends the numbers of now.
func (state pools) Collect(to chan<- prometheus.Metric) {
	pools := state()
	for _, metric := range poolMetrics() {
		for name, pool := range pools {
			to <- prometheus.MustNewConstMetric(metric.desc, metric.kind, metric.value(pool), name)
		}
	}
}

// Hashing has the number of passwords that are hashed, and that wait for it,
// asked for when Prometheus asks.
func (m *Metrics) Hashing(load func() (running, waiting int)) {
	gauge := func(name, help string, value func() int) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: prefix + name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge("hashing_running", "Passwords that are being hashed.", func() int { running, _ := load(); return running })
	gauge("hashing_waiting", "Sign-ins that wait for it.", func() int { _, waiting := load(); return waiting })
}
