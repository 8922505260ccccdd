package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/testneed"
)

var builtCenter struct {
	once sync.Once
	err  error
}

// centerProgram returns the path of latchkey-center, built as it is released.
func centerProgram(t testing.TB) string {
	t.Helper()
	testneed.Program(t, "go")
	path := filepath.Join(built.dir, "latchkey-center")
	builtCenter.once.Do(func() { builtCenter.err = build(path, "latchkey/cmd/latchkey-center") })
	must(t, builtCenter.err)
	return path
}

// A replica is a running latchkey-center.
type replica struct {
	cmd     *exec.Cmd
	address string        // HOST:PORT
	took    time.Duration // from its start to its first answer
	log     *bytes.Buffer // whole once it has ended
	end     sync.Once
}

func (r *replica) URL() string { return "http://" + r.address }

// serveCenter starts a center on a database and waits until it is ready.
func serveCenter(t testing.TB, database string, args ...string) *replica {
	t.Helper()
	r := &replica{address: freeAddress(t), log: new(bytes.Buffer)}
	r.cmd = exec.Command(centerProgram(t), append([]string{
		"serve", "--listen", r.address, "--origin", r.URL(), "--database", database}, args...)...)
	r.cmd.Env = []string{"HOME=" + t.TempDir()}
	r.cmd.Stderr = r.log
	out, err := r.cmd.StdoutPipe()
	must(t, err)
	started := time.Now()
	must(t, r.cmd.Start())
	t.Cleanup(r.kill)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		r.kill()
		t.Fatalf("the center does not start: %v\n%s", err, r.log)
	}
	resp, err := http.Get(r.URL() + "/readyz")
	must(t, err)
	must(t, resp.Body.Close())
	if r.took = time.Since(started); resp.StatusCode != http.StatusOK {
		t.Fatalf("/readyz: %s\n%s", resp.Status, r.log)
	}
	return r
}

// freeAddress is one that nobody listens on: people have to be sent to it, so it
// is chosen before the center starts.
func freeAddress(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	return ln.Addr().String()
}

// kill ends it at once, as a failing machine would, and returns when it has
// ended; more than one may want that.
func (r *replica) kill() {
	r.end.Do(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	})
}

// memory is a line of the kernel's account of the process, in MiB: VmRSS is what
// it has, VmHWM the most that it had.
func (r *replica) memory(t testing.TB, name string) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	testneed.Check(t, err == nil, "memory is read from /proc")
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			must(t, err)
			return kib / 1024
		}
	}
	t.Fatalf("no %s in the status of a process", name)
	return 0
}

// onBoth runs a measure on SQLite and on PostgreSQL. database makes an empty one.
func onBoth(t *testing.T, measure func(t *testing.T, name string, database func() string)) {
	t.Run("SQLite", func(t *testing.T) {
		measure(t, "SQLite", func() string { return "sqlite:" + filepath.Join(t.TempDir(), "center.db") })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := pgtest.StartDurable(t)
		measure(t, "PostgreSQL", server.URL)
	})
}
