package center_test

import (
	"net/http/httptest"
	"testing"

	"latchkey/internal/center"
	"latchkey/internal/center/metrics"
)

// The metrics are for Prometheus on this machine and in the networks that were
// named, asking the center itself.
func TestWhoMayAskForMetrics(t *testing.T) {
	inside, err := metrics.ParseFrom([]string{"10.1.0.0/16", "fd00::7"})
	if err != nil {
		t.Fatal(err)
	}
	alone := serve(t)
	named := serve(t, func(c *center.Config) { c.MetricsFrom = inside })
	proxied := serve(t, func(c *center.Config) { c.MetricsFrom, c.BehindProxy = inside, true })
	for _, tt := range []struct {
		peer, header string
		want         int
	}{
		{"127.0.0.1:5000", "", 200},
		{"[::1]:5000", "", 200},
		{"[::ffff:127.0.0.1]:5000", "", 200},
		{"10.1.2.3:5000", "", 200},
		{"[::ffff:10.1.2.3]:5000", "", 200},
		{"[fd00::7%eth0]:5000", "", 200},
		{"[fd00::8]:5000", "", 403},
		{"10.2.0.1:5000", "", 403},
		{"203.0.113.9:5000", "", 403},
		{"@", "", 403},
		{"127.0.0.1:5000", "X-Forwarded-For", 403},
		{"127.0.0.1:5000", "X-Real-IP", 403},
		{"127.0.0.1:5000", "Forwarded", 403},
		{"127.0.0.1:5000", "Via", 403},
		{"10.1.2.3:5000", "X-Forwarded-For", 403},
		{"203.0.113.9:5000", "X-Forwarded-For", 403},
	} {
		for _, w := range []*world{named, proxied} {
			if got := w.metrics(tt.peer, tt.header); got != tt.want {
				t.Errorf("from %s, %s, behind a proxy: %t: %d, want %d", tt.peer, tt.header, w == proxied, got, tt.want)
			}
		}
	}
	for peer, want := range map[string]int{"127.0.0.1:5000": 200, "10.1.2.3:5000": 403} {
		if got := alone.metrics(peer, ""); got != want {
			t.Errorf("from %s, nothing named: %d, want %d", peer, got, want)
		}
	}
}

// metrics asks for them as a peer, with a header that a proxy adds.
func (w *world) metrics(peer, header string) (status int) {
	r := httptest.NewRequest("GET", "/metrics", nil)
	if r.RemoteAddr = peer; header != "" {
		r.Header.Set(header, "127.0.0.1")
	}
	got := httptest.NewRecorder()
	w.Handler().ServeHTTP(got, r)
	return got.Code
}
