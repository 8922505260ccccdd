// Package metrics counts what a center does, for Prometheus. What each metric
// means is in docs/operating.md, which a test holds to what there is.
//
// Labels have few values, whatever strangers send: names of operations, of
// sign-in methods and of outcomes, never of people, clients or accounts.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// prefix begins the names of all but those of Go and of the process.
const prefix = "latchkey_center_"

// Metrics is the metrics of one center.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	throttled *prometheus.CounterVec
	faults    *prometheus.CounterVec
	events    *prometheus.CounterVec
	signIns   *prometheus.CounterVec
	batch     prometheus.Histogram
	known     bounded
}

// New returns metrics that are all zero.
func New() *Metrics {
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		requests:  counters("requests_total", "Requests that were answered.", "operation", "status"),
		throttled: counters("throttled_total", "Requests that were told to come again later.", "operation"),
		faults:    counters("faults_total", "Faults that were made on demand.", "operation", "fault"),
		events:    counters("events_total", "What the audit records.", "action", "outcome"),
		signIns:   counters("sign_ins_total", "Sign-ins of people.", "method", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "request_seconds", Help: "Time from a request to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: prefix + "audit_batch_events", Help: "Events that one transaction recorded.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.throttled, m.faults, m.events, m.signIns, m.batch,
		collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Request counts an answer.
func (m *Metrics) Request(operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(operation).Observe(took.Seconds())
}

// Throttled counts an answer that told the client to come again later.
func (m *Metrics) Throttled(operation string) {
	m.throttled.WithLabelValues(operation).Inc()
}

// Fault counts a fault on demand.
func (m *Metrics) Fault(operation, fault string) {
	m.faults.WithLabelValues(operation, fault).Inc()
}

// AuditBatch counts a transaction that recorded so many events.
func (m *Metrics) AuditBatch(events int) {
	m.batch.Observe(float64(events))
}
