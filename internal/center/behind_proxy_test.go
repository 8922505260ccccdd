package center_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/center"
)

// A server behind a proxy that is to stop answers on every connection that it
// has, whenever its request comes, and tells the proxy to use it no more.
func TestServeBehindProxyMissesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		srv := center.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				time.Sleep(time.Second)
			}
			if r.URL.Path != "/empty" {
				io.WriteString(w, "served")
			}
		}), slog.New(slog.DiscardHandler))
		served := make(chan error, 1)
		go func() { served <- center.ServeBehindProxy(ctx, ln, srv, "", "") }()

		kept, slow, empty, unused, silent := ln.dial(t), ln.dial(t), ln.dial(t), ln.dial(t), ln.dial(t)
		if last := kept.ask(t, "/"); last {
			t.Error("the connection cannot be used again")
		}
		late := make(chan bool)
		go func() { late <- slow.ask(t, "/slow") }()
		synctest.Wait()
		stop()
		if last := <-late; !last {
			t.Error("a request that came before the stop: its connection may be used again")
		}
		if last := kept.ask(t, "/"); !last {
			t.Error("a connection that was kept: it may be used again")
		}
		if last := empty.ask(t, "/empty"); !last {
			t.Error("an answer of nothing: its connection may be used again")
		}
		time.Sleep(2 * time.Second) // longer than requests are taken in
		if _, err := ln.connect(); err == nil {
			t.Error("it still takes connections")
		}
		if last := unused.ask(t, "/slow"); !last {
			t.Error("the first request of a connection, late: it may be used again")
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a connection without any request: %v", err)
		}
	})
}

// pipes is a listener without a network.
type pipes struct {
	made   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{made: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.made:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) connect() (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.made <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

type proxied struct {
	net.Conn
	answers *bufio.Reader
}

func (p *pipes) dial(t *testing.T) proxied {
	conn, err := p.connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return proxied{conn, bufio.NewReader(conn)}
}

// ask says whether the answer is to be the connection's last.
func (p proxied) ask(t *testing.T, path string) (last bool) {
	r, err := http.NewRequest("GET", "http://center"+path, nil)
	if err == nil {
		err = r.Write(p)
	}
	if err != nil {
		t.Error(err)
		return false
	}
	resp, err := http.ReadResponse(p.answers, r)
	if err != nil {
		t.Error(path, err)
		return false
	}
	defer resp.Body.Close()
	want := "served"
	if path == "/empty" {
		want = ""
	}
	if body, err := io.ReadAll(resp.Body); string(body) != want || err != nil {
		t.Errorf("%s: %q %v", path, body, err)
	}
	return resp.Close
}
