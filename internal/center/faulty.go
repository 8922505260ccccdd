package center

import (
	"log/slog"
	"net/http"
)

// faulty puts the faults that were asked for before next, and says in the log
// that they were.
func (c *Center) faulty(next http.Handler) http.Handler {
	if c.config.Faults == nil {
		return next
	}
	for _, f := range c.config.Faults.Describe() {
		c.config.Logger.Warn("this center fails on demand", "fault", f)
	}
	return c.config.Faults.Wrap(next, func(r *http.Request) string { return operation(r.Context()) },
		func(r *http.Request, kind string) {
			c.metrics.Fault(operation(r.Context()), kind)
			c.config.Logger.LogAttrs(r.Context(), slog.LevelInfo, "fault", slog.String("fault", kind))
		})
}
