//go:build unix

package compat_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/center/storetest/pgtest"
)

// replicas are two centers on one PostgreSQL, behind nginx with TLS.
type replicas struct {
	center
	machine   *machine // whose environment names the database
	dir       string   // of nginx and its certificate
	addresses [2]string
	running   [2]*process
}

func startReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{dir: t.TempDir(), addresses: [2]string{freeAddress(t), freeAddress(t)}}
	certify(t, r.dir)
	address := freeAddress(t)
	server := os.Getenv(onPostgres)
	if server == "" {
		server = pgtest.Start(t).Address()
	}
	r.machine = newMachine(t).with("LATCHKEY_CENTER_DATABASE=" + pgtest.Database(t, server))
	r.origin = "https://" + address
	r.machine.run(t, program(t, "latchkey-center"), "import", script(t, "directory.yaml"))
	for i := range r.running {
		r.start(t, i)
	}
	startNginx(t, r.dir, address, r.addresses)
	return r
}

func (r *replicas) start(t *testing.T, i int) {
	t.Helper()
	r.running[i] = r.machine.start(t, program(t, "latchkey-center"), "serve", "--listen", r.addresses[i],
		"--behind-proxy", "--origin", r.origin, "--region", region, "--start-url", awsStartURL)
	r.running[i].printed(t, listening)
}

// isUsed waits until nginx sends requests to a replica, and it answers them.
func (r *replicas) isUsed(t *testing.T, i int) {
	t.Helper()
	await(t, "requests at a replica", func() bool {
		return strings.Contains(get(t, "http://"+r.addresses[i]+"/metrics"), `latchkey_center_requests_total{operation="CreateToken"`)
	})
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for late := time.After(patience); !is(); {
		select {
		case <-again.C:
		case <-late:
			t.Fatal("there are no " + what)
		}
	}
}

// audit is what was recorded, once the chain was found whole.
func (r *replicas) audit(t *testing.T) string {
	t.Helper()
	r.machine.run(t, program(t, "latchkey-center"), "audit", "verify")
	return string(r.machine.run(t, program(t, "latchkey-center"), "audit", "list", "--json"))
}

// person is a computer that trusts nginx's certificate.
func (r *replicas) person(t *testing.T) (*machine, *http.Client) {
	t.Helper()
	ca := filepath.Join(r.dir, "cert.pem")
	return newMachine(t).with("AWS_CA_BUNDLE="+ca, "SSL_CERT_FILE="+ca), trusting(t, r.dir)
}

// TestReplicas: a sign-in whose requests go to one replica and the other is one
// sign-in, and people are where nginx saw them.
func TestReplicas(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	m, browser := r.person(t)
	for _, name := range []string{"latchkey", "AWS CLI"} {
		t.Run(name, func(t *testing.T) {
			program := program(t, "latchkey")
			if name == "AWS CLI" {
				program = cli2(t)
			}
			m := &machine{home: t.TempDir(), env: append([]string{}, m.env...)}
			m = m.with("HOME="+m.home, "LATCHKEY_LOGIN=device")
			sessionProfile(t, m)
			m = ledTo(t, m, r.center)
			p := m.start(t, program, "sso", "login", "--profile", profile, "--no-browser")
			allowBy(t, browser, prompted(t, p))
			if code := p.wait(t); code != 0 {
				t.Fatalf("sso login: exit code %d\n%s", code, p.out)
			}
			for range 2 {
				identityOf(t, m.run(t, program, "sts", "get-caller-identity", "--profile", profile))
				age(t, m)
			}
		})
	}
	for i := range r.running {
		r.isUsed(t, i)
	}
	if recorded := r.audit(t); strings.Contains(recorded, elsewhere) || !strings.Contains(recorded, `"address":"127.0.0.1"`) {
		t.Errorf("recorded is\n%s", recorded)
	}
}

// TestRollingRestart: replicas that are stopped and started in turn are missed by
// nobody, not even by those who try once.
func TestRollingRestart(t *testing.T) {
	const rounds = 2
	r := startReplicas(t)
	once, patient := startLoad(t, r, false), startLoad(t, r, true)
	for range rounds {
		for i, p := range r.running {
			p.cmd.Process.Signal(syscall.SIGTERM)
			if code := p.wait(t); code != 0 {
				t.Errorf("exit code %d\n%s", code, p.out)
			}
			once.goOn(t, 100)
			r.start(t, i)
			r.isUsed(t, i)
		}
	}
	once.goOn(t, 100)
	once.stop(t, 0)
	patient.stop(t, 0)
	r.audit(t)
}

// TestReplicaDies: with a replica that is killed end no more than the requests
// that it had; those who try again, as AWS's clients do, see nothing of it.
func TestReplicaDies(t *testing.T) {
	r := startReplicas(t)
	once, patient := startLoad(t, r, false), startLoad(t, r, true)
	for i, p := range r.running {
		once.goOn(t, 100)
		p.cmd.Process.Kill()
		p.wait(t)
		once.goOn(t, 200)
		patient.goOn(t, 200)
		r.start(t, i)
		r.isUsed(t, i)
	}
	once.stop(t, 2*workers)
	patient.stop(t, 0)
	r.audit(t)
}
