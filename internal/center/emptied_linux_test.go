package center

import (
	"errors"
	"net"
	"testing"
)

// Connections that the system has made when the listener is closed are taken in,
// and none is invented.
func TestEmptiedAtClose(t *testing.T) {
	for _, waiting := range []int{0, 1, 20} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		emptied := emptiedAtClose(ln)
		for range waiting {
			client, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
		}
		if err := emptied.Close(); err != nil {
			t.Fatal(err)
		}
		for range waiting {
			conn, err := emptied.Accept()
			if err != nil {
				t.Fatalf("of %d that were waiting: %v", waiting, err)
			}
			conn.Close()
		}
		if conn, err := emptied.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after %d: %v, %v", waiting, conn, err)
		}
		if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
			t.Error("it still takes connections")
		}
	}
}

// Who waits for a connection as it is closed is told so, at whatever step of it.
func TestEmptiedWhileAccepting(t *testing.T) {
	for range 1000 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		emptied := emptiedAtClose(ln)
		accepted := make(chan error)
		go func() {
			_, err := emptied.Accept()
			accepted <- err
		}()
		if err := emptied.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
}
