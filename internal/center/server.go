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

// Serve answers on ln until ctx ends, finishes the requests under way and
// returns nil. With certFile and keyFile it speaks TLS.
func Serve(ctx context.Context, ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	failed := make(chan error, 1)
	go func() { failed <- serve(srv, ln, certFile, keyFile) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	return shutdown(stop, srv)
}

func serve(srv *http.Server, ln net.Listener, certFile, keyFile string) error {
	if certFile != "" {
		return srv.ServeTLS(ln, certFile, keyFile)
	}
	return srv.Serve(ln)
}

// shutdown cuts requests that are not done when ctx ends.
func shutdown(ctx context.Context, srv *http.Server) error {
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}
