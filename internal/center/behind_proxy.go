package center

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// linger is how long a server behind a proxy goes on once it is to stop: it tells
// the proxy with each answer to use that connection no more, and the proxy ends
// those that it does not use. When the server ends them, a request can be on its
// way, which the proxy must not repeat. deploy/nginx.conf has a shorter time.
const linger = 2 * time.Second

// ServeBehindProxy is Serve for a proxy that keeps connections: it stops a little
// later, so that no request fails for it.
//
// Every connection made before the listener is closed gets its answer. Shutdown
// would end those whose request it has not read yet (golang.org/issue/36819), so
// it is called only when there are none.
func ServeBehindProxy(ctx context.Context, ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	used := &connections{used: map[net.Conn]struct{}{}}
	srv.ConnState = used.track
	srv.Handler = lastAnswers(ctx, srv.Handler)
	ln = emptiedAtClose(ln)
	failed := make(chan error, 1)
	go func() { failed <- serve(srv, ln, certFile, keyFile) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-failed:
		return err
	case <-time.After(linger):
	}
	err := ln.Close()
	if failure := <-failed; !errors.Is(failure, net.ErrClosed) { // once all who came before are accepted
		err = errors.Join(err, failure)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	used.wait(stop)
	return errors.Join(err, shutdown(stop, srv))
}

// lastAnswers has answers say, once ctx ended, that they are the connection's last.
func lastAnswers(ctx context.Context, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &lastAnswer{w, ctx}
		h.ServeHTTP(answer, r)
		answer.decide() // for one that has neither
	})
}

// lastAnswer decides when the answer begins, by its status or its text, and not
// when the request came.
type lastAnswer struct {
	http.ResponseWriter
	ctx context.Context
}

func (a *lastAnswer) WriteHeader(status int) {
	a.decide()
	a.ResponseWriter.WriteHeader(status)
}

func (a *lastAnswer) Write(b []byte) (int, error) {
	a.decide()
	return a.ResponseWriter.Write(b)
}

func (a *lastAnswer) decide() {
	if a.ctx.Err() != nil {
		a.Header().Set("Connection", "close")
	}
}

// Unwrap is for http.ResponseController.
func (a *lastAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// connections are those of a server that a request is on, or the first is awaited.
type connections struct {
	mu   sync.Mutex
	used map[net.Conn]struct{}
	none chan struct{} // closed when there are none; nil unless somebody waits
}

func (c *connections) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		c.used[conn] = struct{}{}
	default:
		delete(c.used, conn)
	}
	if c.none != nil && len(c.used) == 0 {
		close(c.none)
		c.none = nil
	}
}

// wait returns when none is used, or ctx ends.
func (c *connections) wait(ctx context.Context) {
	c.mu.Lock()
	if len(c.used) == 0 {
		c.mu.Unlock()
		return
	}
	none := make(chan struct{})
	c.none = none
	c.mu.Unlock()
	select {
	case <-none:
	case <-ctx.Done():
	}
}
