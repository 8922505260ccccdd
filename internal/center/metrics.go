package center

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// counter counts requests by route and status.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *counter) add(route string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[fmt.Sprintf("{route=%q,status=\"%d\"}", route, status)]++
}

// serve writes the counts as Prometheus reads them.
func (c *counter) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	io.WriteString(w, "# HELP latchkey_center_requests_total Requests answered, by route and status.\n"+
		"# TYPE latchkey_center_requests_total counter\n")
	for _, labels := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(w, "latchkey_center_requests_total%s %d\n", labels, c.counts[labels])
	}
}
