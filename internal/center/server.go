package center

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drain is how long requests under way may take once the server is to stop.
const drain = 10 * time.Second

// linger is how long a server behind a proxy goes on once it is to stop: it tells
// the proxy with each answer to use that connection no more, and the proxy ends
// those that it does not use. When the server ends them, a request can be on its
// way, which the proxy must not repeat. deploy/nginx.conf has a shorter time.
const linger = 2 * time.Second

// Listen takes address, "127.0.0.1:0" for a free port, and says where that is
// reached over plain HTTP: the Origin of a center served on it.
func Listen(address string) (ln net.Listener, origin string, err error) {
	ln, err = net.Listen("tcp", address)
	if err != nil {
		return nil, "", err
	}
	return ln, "http://" + ln.Addr().String(), nil
}

// NewServer returns a server with the limits that keep slow and idle clients
// from holding it up.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// ServeBehindProxy is Serve for a proxy that keeps connections: it stops a little
// later, so that no request fails for it.
func ServeBehindProxy(ctx context.Context, ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(linger, cancel) })
	defer stop()
	answer := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ctx.Err() != nil {
			w.Header().Set("Connection", "close")
		}
		answer.ServeHTTP(w, r)
	})
	return Serve(last, emptiedAtClose(ln), srv, certFile, keyFile)
}

// Serve answers on ln until ctx ends, finishes the requests under way and
// returns nil. With certFile and keyFile it speaks TLS.
func Serve(ctx context.Context, ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	failed := make(chan error, 1)
	go func() {
		if certFile != "" {
			failed <- srv.ServeTLS(ln, certFile, keyFile)
			return
		}
		failed <- srv.Serve(ln)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}
