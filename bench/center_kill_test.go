package bench

import (
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver

	"latchkey/internal/center/storetest/pgtest"
)

// promised are device codes that a center gave out: each is a write that it said
// was done.
type promised struct {
	mu      sync.Mutex
	codes   []string
	refused int // answers without a code
}

// take is a drive that asks for codes. An answer that is none is no promise.
func (p *promised) take(c registered, lasts time.Duration) drive {
	request := post("/device_authorization", c.startInput())
	return drive{
		address: c.at.address, connections: 16, lasts: lasts,
		request: func(int64) []byte { return request },
		check: func(_ int64, status int, body []byte) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			var d device
			if status != http.StatusOK {
				p.refused++
				return nil
			}
			if err := json.Unmarshal(body, &d); err != nil {
				return err
			}
			p.codes = append(p.codes, d.Code)
			return nil
		},
	}
}

// kept checks that every promise is kept, and forgets them.
func (p *promised) kept(t *testing.T, c registered) (n int) {
	t.Helper()
	n = len(p.codes)
	if n == 0 {
		return 0
	}
	drive{
		address: c.at.address, connections: 4, lasts: time.Minute, most: int64(n),
		request: func(i int64) []byte { return post("/token", c.pollInput(p.codes[i])) },
		check:   wants(400, "authorization_pending"),
	}.run(t)
	p.codes = nil
	return n
}

// A center on SQLite is killed again and again while it writes. Nothing is lost
// of what it said was written, and it starts at once.
//
//	LATCHKEY_BENCH=full go test ./bench -run 'TestCenterKilled|TestPostgresStopped' -v -timeout 30m
func TestCenterKilledUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "center.db")
	var p promised
	var c registered
	var slowest time.Duration
	kills, writes := size(3, 100), 0
	for kill := range kills + 1 {
		r := serveCenter(t, "sqlite:"+path)
		slowest = max(slowest, r.took)
		if kill == 0 {
			var err error
			c, err = register(r, "")
			must(t, err)
		}
		c.at, c.startURL = r, r.URL()+"/start"
		writes += p.kept(t, c)
		if kill == kills {
			break
		}
		after := time.AfterFunc(50*time.Millisecond+rand.N(150*time.Millisecond), r.kill)
		p.take(c, time.Minute).all() // until it is killed
		after.Stop()
		r.kill()
		checkIntegrity(t, path)
	}
	verifyAudit(t, "sqlite:"+path)
	t.Logf("%d kills: %d writes, none lost; the slowest start took %v", kills, writes, slowest.Round(time.Millisecond))
}

// checkIntegrity asks SQLite itself, after it has recovered the file.
func checkIntegrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	var said string
	must(t, db.QueryRow("PRAGMA integrity_check").Scan(&said))
	if said != "ok" {
		t.Fatalf("integrity check: %s", said)
	}
}

func verifyAudit(t *testing.T, database string) {
	t.Helper()
	out, err := exec.Command(centerProgram(t), "audit", "verify", "--database", database).CombinedOutput()
	if err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
}

// PostgreSQL is stopped at once, again and again, while a center writes. Nothing
// is lost of what the center said was written; while it is away answers are 503,
// and seconds after it is back they are as before.
func TestPostgresStoppedUnderLoad(t *testing.T) {
	server := pgtest.StartDurable(t)
	database := server.URL()
	r := serveCenter(t, database)
	c, err := register(r, "")
	must(t, err)
	var p promised
	var slowest time.Duration
	stops, writes := size(2, 20), 0
	for range stops {
		var load sync.WaitGroup
		var m measure
		load.Go(func() { m = p.take(c, 2*time.Second).all() })
		<-time.After(200*time.Millisecond + rand.N(300*time.Millisecond))
		server.Kill()
		server.Run()
		back := time.Now()
		for !isReady(r) && time.Since(back) < time.Minute {
			<-time.After(10 * time.Millisecond)
		}
		slowest = max(slowest, time.Since(back))
		load.Wait()
		if m.failed > 0 {
			t.Fatalf("an answer that is none: %v", m.first)
		}
		writes += p.kept(t, c)
	}
	if p.refused == 0 {
		t.Error("nobody noticed that PostgreSQL was away")
	}
	if slowest > 5*time.Second {
		t.Errorf("ready %v after PostgreSQL was back", slowest)
	}
	verifyAudit(t, database)
	t.Run("pg_amcheck", func(t *testing.T) { pgtest.Check(t, database) })
	r.kill() // the log is written until then
	if strings.Contains(r.log.String(), "of a test") {
		t.Error("the log has the database's password")
	}
	t.Logf("%d stops: %d writes, none lost; %d answers said to come again; ready at most %v after PostgreSQL was",
		stops, writes, p.refused, slowest.Round(time.Millisecond))
}

func isReady(r *replica) bool {
	resp, err := http.Get(r.URL() + "/readyz")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
