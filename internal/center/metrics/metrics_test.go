package metrics_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/metrics"
)

// used is metrics of which each has something to show.
func used(t *testing.T) *metrics.Metrics {
	t.Helper()
	m := metrics.New()
	m.Request("CreateToken", 200, 3*time.Millisecond)
	m.Throttled("CreateToken")
	m.Fault("CreateToken", "throttle")
	m.AuditBatch(2)
	m.Hashing(func() (int, int) { return 2, 7 })
	m.Pools(func() map[string]metrics.Pool {
		return map[string]metrics.Pool{"read": {Most: 8, Open: 3, InUse: 1, Waits: 5, Wait: time.Second}}
	})
	record(t, m, audit.Event{Action: "sign-in", Outcome: "wrong password", Details: map[string]string{"method": "corp"}})
	record(t, m, audit.Event{Action: "role credentials", Outcome: "ok"})
	return m
}

func record(t *testing.T, m *metrics.Metrics, e audit.Event) {
	t.Helper()
	if err := m.Events(audit.Discard{}).Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func scrape(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

// docs/operating.md lists the metrics that there are, with their labels.
func TestDocumented(t *testing.T) {
	file, err := os.ReadFile("../../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(latchkey_center_[a-z_]+)` \\| ([^|]*)\\|").FindAllStringSubmatch(string(file), -1) {
		labels := strings.NewReplacer("`", "", " ", "").Replace(row[2])
		documented = append(documented, row[1]+"{"+labels+"}")
	}
	var got []string
	for _, line := range regexp.MustCompile(`(?m)^(latchkey_center_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? `).FindAllStringSubmatch(scrape(used(t)), -1) {
		var labels []string
		for _, label := range regexp.MustCompile(`([a-z]+)="`).FindAllStringSubmatch(line[2], -1) {
			if label[1] != "le" {
				labels = append(labels, label[1])
			}
		}
		got = append(got, line[1]+"{"+strings.Join(labels, ",")+"}")
	}
	slices.Sort(documented)
	slices.Sort(got)
	if diff := cmp.Diff(documented, slices.Compact(got)); diff != "" {
		t.Errorf("-documented +there: %s", diff)
	}
}

func TestNumbers(t *testing.T) {
	text := scrape(used(t))
	for _, line := range []string{
		`requests_total{operation="CreateToken",status="200"} 1`,
		`request_seconds_bucket{operation="CreateToken",le="0.005"} 1`,
		`request_seconds_bucket{operation="CreateToken",le="0.0025"} 0`,
		`throttled_total{operation="CreateToken"} 1`,
		`faults_total{fault="throttle",operation="CreateToken"} 1`,
		`events_total{action="role credentials",outcome="ok"} 1`,
		`sign_ins_total{method="corp",outcome="wrong password"} 1`,
		`hashing_running 2`, `hashing_waiting 7`, `audit_batch_events_sum 2`,
		`database_connections_max{pool="read"} 8`, `database_connections_open{pool="read"} 3`,
		`database_connections_in_use{pool="read"} 1`, `database_waits_total{pool="read"} 5`,
		`database_wait_seconds_total{pool="read"} 1`,
	} {
		if !strings.Contains(text, "\nlatchkey_center_"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	for _, name := range []string{"go_build_info", "go_goroutines"} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no %s", name)
		}
	}
}

// Whatever comes as an outcome, there are not many time series.
func TestBounded(t *testing.T) {
	m := metrics.New()
	for i := range 1000 {
		record(t, m, audit.Event{Action: "token", Outcome: fmt.Sprint("outcome ", i)})
	}
	text := scrape(m)
	if n := strings.Count(text, "\nlatchkey_center_events_total{"); n > 201 {
		t.Errorf("%d series", n)
	}
	if !strings.Contains(text, `events_total{action="token",outcome="other"} 801`) {
		t.Error("the rest is not counted as other")
	}
}
