package center

import (
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
)

// emptied is a listener that takes in, as it is closed, the connections that the
// system has made for it: otherwise they are reset, with requests on them. The
// system goes on making them until the moment it is told to stop.
type emptied struct {
	*net.TCPListener
	mu     sync.Mutex
	closed bool
	left   []net.Conn
}

func emptiedAtClose(ln net.Listener) net.Listener {
	if tcp, ok := ln.(*net.TCPListener); ok {
		return &emptied{TCPListener: tcp}
	}
	return ln
}

// Accept returns the connections that were left after those that came in time.
func (l *emptied) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err == nil {
		return conn, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.left) == 0 {
		if l.closed {
			err = net.ErrClosed // whatever a socket says that takes in no more
		}
		return nil, err
	}
	conn = l.left[0]
	l.left = slices.Delete(l.left, 0, 1)
	return conn, nil
}

func (l *emptied) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if raw, err := l.SyscallConn(); err == nil {
		_ = raw.Control(l.empty) // fails if it is closed
	}
	return l.TCPListener.Close()
}

func (l *emptied) empty(fd uintptr) {
	var taken []int
	for {
		conn, _, err := syscall.Accept4(int(fd), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err == syscall.EINTR || err == syscall.ECONNABORTED {
			continue
		}
		if err != nil {
			break
		}
		taken = append(taken, conn)
	}
	_ = syscall.Shutdown(int(fd), syscall.SHUT_RD) // no more; Close does it too, later
	for _, conn := range taken {
		file := os.NewFile(uintptr(conn), "")
		if c, err := net.FileConn(file); err == nil {
			l.left = append(l.left, c)
		}
		_ = file.Close() // c has a copy
	}
}
