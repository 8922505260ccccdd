package center

import (
	"context"
	"log/slog"

	"latchkey/internal/center/audit"
)

// requestHandler adds to each line about a request the id that was answered
// with, and the operation.
type requestHandler struct {
	slog.Handler
}

// Handle is slog.Handler's.
func (h requestHandler) Handle(ctx context.Context, line slog.Record) error {
	if id := audit.RequestID(ctx); id != "" {
		line.AddAttrs(slog.String("request_id", id))
	}
	if name := operation(ctx); name != "" {
		line.AddAttrs(slog.String("operation", name))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs and WithGroup are slog.Handler's.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup is slog.Handler's.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// loggedEvents logs what next records.
type loggedEvents struct {
	next audit.Recorder
	log  *slog.Logger
}

// Record records e. The log has it at info, but for what programs do many times
// an hour without anybody having a part in it.
func (l loggedEvents) Record(ctx context.Context, e audit.Event) error {
	if err := l.next.Record(ctx, e); err != nil {
		return err
	}
	level := slog.LevelInfo
	if e.Outcome == "ok" && (e.Action == "role credentials" || e.Action == "token refreshed") {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("outcome", e.Outcome)}
	for _, a := range []slog.Attr{
		slog.String("user", e.User), slog.String("client", e.Client), slog.String("address", e.Address),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if len(e.Details) > 0 {
		attrs = append(attrs, slog.Any("details", e.Details))
	}
	l.log.LogAttrs(ctx, level, e.Action, attrs...)
	return nil
}

// recorder records, logs what was recorded and counts all of it.
func (c *Center) recorder() audit.Recorder {
	c.records = &audit.Log{Store: c.db, Now: c.config.Now, Wrote: c.metrics.AuditBatch}
	return c.metrics.Events(&audit.Sparing{Next: loggedEvents{c.records, c.config.Logger}, Now: c.config.Now})
}
