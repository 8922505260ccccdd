package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCenterStart measures from the start of the program to its first answer on
// an empty database, and the memory that it has then.
func TestCenterStart(t *testing.T) {
	onBoth(t, func(t *testing.T, _ string, database func() string) {
		var took []time.Duration
		var memory float64
		for range size(3, 21) {
			r := serveCenter(t, database())
			took, memory = append(took, r.took), max(memory, r.memory(t, "VmRSS"))
			r.kill()
		}
		slices.Sort(took)
		t.Logf("%v (median of %d), %.0f MiB at most", took[len(took)/2].Round(time.Millisecond), len(took), memory)
	})
}

// Ten thousand connections that ask for nothing, and clients that never end
// their requests, keep nobody from being served, and the slow ones are cut off.
func TestCenterIdleAndSlowConnections(t *testing.T) {
	onBoth(t, func(t *testing.T, _ string, database func() string) {
		idleAndSlow(t, serveCenter(t, database()))
	})
}

func idleAndSlow(t *testing.T, r *replica) {
	t.Helper()
	c, err := register(r, "")
	must(t, err)
	idle, slow := size(300, 10_000), size(50, 250)
	for range idle {
		conn := dial(t, r)
		_, err := exchange(conn, bufio.NewReader(conn), new(bytes.Buffer), []byte("GET /healthz HTTP/1.1\r\nHost: center\r\n\r\n"))
		must(t, err)
	}
	var slowOnes []net.Conn
	for range slow {
		for _, half := range []string{"POST /token HTTP/1.1\r\nHost: cent", "POST /token HTTP/1.1\r\nHost: center\r\nContent-Length: 100\r\n\r\n{"} {
			conn := dial(t, r)
			_, err := io.WriteString(conn, half)
			must(t, err)
			slowOnes = append(slowOnes, conn)
		}
	}
	var p promised
	m := p.take(c, time.Duration(size(300, 3000))*time.Millisecond).run(t)
	if p.refused > 0 {
		t.Errorf("%d were refused", p.refused)
	}
	t.Logf("beside %d idle connections and %d slow ones: device starts %v, memory %.0f MiB", idle, 2*slow, m, r.memory(t, "VmRSS"))
	p.kept(t, c)
	if !full() {
		return // a test of internal/center has the same in no time
	}
	for _, conn := range slowOnes {
		must(t, conn.SetReadDeadline(time.Now().Add(15*time.Second)))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a client may be slow for ever")
		}
	}
}

func dial(t *testing.T, r *replica) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", r.address)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A body that is too large is refused, whether its length is told or not, and
// whoever sends it.
func TestCenterLargeBodies(t *testing.T) {
	r := serveCenter(t, "sqlite:"+filepath.Join(t.TempDir(), "center.db"))
	large := `{"clientName": "` + strings.Repeat("x", 70_000) + `"}`
	for name, request := range map[string]string{
		"told":     fmt.Sprintf("POST /client/register HTTP/1.1\r\nHost: c\r\nContent-Length: %d\r\n\r\n%s", len(large), large),
		"in parts": fmt.Sprintf("POST /token HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(large), large),
	} {
		conn := dial(t, r)
		status, err := exchange(conn, bufio.NewReader(conn), new(bytes.Buffer), []byte(request))
		if err != nil || status != 413 {
			t.Errorf("%s: %d %v", name, status, err)
		}
	}
}
