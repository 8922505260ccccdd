package center

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/metrics"
	"latchkey/internal/center/web"
)

// maxBody is far above any request here.
const maxBody = 64 << 10

// answerWithin is how long an answer may take in all: a database that does not
// even refuse must not hold requests for ever.
const answerWithin = 20 * time.Second

// around is what happens to every request before and after its route.
func (c *Center) around(mux *http.ServeMux) (http.Handler, error) {
	https := strings.HasPrefix(c.config.Origin, "https://")
	crossOrigin := http.NewCrossOriginProtection()
	if err := crossOrigin.AddTrustedOrigin(c.config.Origin); err != nil {
		return nil, err
	}
	crossOrigin.SetDenyHandler(http.HandlerFunc(c.refuseCrossOrigin))
	return metrics.WithPeer(c.addressed(c.observe(named(mux), web.Headers(crossOrigin.Handler(c.faulty(mux)), https)))), nil
}

func (c *Center) refuseCrossOrigin(w http.ResponseWriter, r *http.Request) {
	c.services.pages.Show(w, http.StatusForbidden, web.Page{
		Title: "That came from another site",
		Alert: "Another site tried to send a form here. Nothing was done.",
		Body:  web.Message{LinkText: "Go to your accounts", Link: "/start"},
	})
}

// observe limits, names, counts and logs each request. The log has the operation
// and not the address: codes are in addresses.
func (c *Center) observe(name func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, started := requestID(), time.Now()
		w.Header().Set("X-Amzn-Requestid", id)
		w.Header().Set("X-Request-Id", id)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		ctx, cancel := context.WithTimeout(audit.WithRequestID(r.Context(), id), answerWithin)
		defer cancel()
		ctx = withOperation(ctx, name(r))
		answer := &answered{ResponseWriter: w}
		defer func() { c.tell(ctx, answer, time.Since(started)) }() // also when the handler cuts the connection
		defer c.catch(ctx, answer)
		next.ServeHTTP(answer, r.WithContext(ctx))
	})
}

// catch makes of a mistake of this program an answer and a line in the log. A
// connection that is to be cut is left to net/http.
func (c *Center) catch(ctx context.Context, answer *answered) {
	switch mistake := recover(); mistake {
	case nil:
	case http.ErrAbortHandler:
		panic(mistake)
	default:
		c.config.Logger.ErrorContext(ctx, "panic", "error", fmt.Sprint(mistake), "stack", string(debug.Stack()))
		if answer.status == 0 {
			http.Error(answer, "the center could not answer", http.StatusInternalServerError)
			return
		}
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
}

// tell counts and logs an answer.
func (c *Center) tell(ctx context.Context, answer *answered, took time.Duration) {
	name := operation(ctx)
	c.metrics.Request(name, answer.status, took)
	level, what := slog.LevelDebug, "request"
	if answer.status == http.StatusTooManyRequests || answer.Header().Get("X-Amzn-Errortype") == "SlowDownException" {
		c.metrics.Throttled(name)
		level, what = slog.LevelInfo, "throttled"
	}
	c.config.Logger.LogAttrs(ctx, level, what, slog.Int("status", answer.status), slog.Duration("took", took))
}

// requestID returns a UUID, the form of AWS's request ids.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// answered remembers the status of an answer: 0 before there is one.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (a *answered) Unwrap() http.ResponseWriter {
	return a.ResponseWriter
}
