package center

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/web"
)

// maxBody is far above any request here.
const maxBody = 64 << 10

// around is what happens to every request before and after its route.
func (c *Center) around(mux http.Handler) (http.Handler, error) {
	https := strings.HasPrefix(c.config.Origin, "https://")
	crossOrigin := http.NewCrossOriginProtection()
	if err := crossOrigin.AddTrustedOrigin(c.config.Origin); err != nil {
		return nil, err
	}
	crossOrigin.SetDenyHandler(http.HandlerFunc(c.refuseCrossOrigin))
	h := c.observe(web.Headers(crossOrigin.Handler(mux), https))
	if c.config.BehindProxy {
		h = forwarded(h)
	}
	return h, nil
}

func (c *Center) refuseCrossOrigin(w http.ResponseWriter, r *http.Request) {
	c.services.pages.Show(w, http.StatusForbidden, web.Page{
		Title: "That came from another site",
		Alert: "Another site tried to send a form here. Nothing was done.",
		Body:  web.Message{LinkText: "Go to your accounts", Link: "/start"},
	})
}

// forwarded takes the client's address from the proxy, which appends it to what
// the client may have sent itself.
func forwarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		values := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip, err := netip.ParseAddr(strings.TrimSpace(values[len(values)-1])); err == nil {
			r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// observe limits, names, counts and logs each request. The log has the route and not
// the address: codes are in addresses.
func (c *Center) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, started := requestID(), c.config.Now()
		w.Header().Set("x-amzn-RequestId", id)
		r = r.WithContext(audit.WithRequestID(r.Context(), id))
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		answer := &answered{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		c.requests.add(r.Pattern, answer.status)
		c.config.Logger.LogAttrs(r.Context(), slog.LevelDebug, "request",
			slog.String("id", id), slog.String("route", r.Pattern), slog.Int("status", answer.status),
			slog.Duration("took", c.config.Now().Sub(started)))
	})
}

// requestID returns a UUID, the form of AWS's request ids.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}
