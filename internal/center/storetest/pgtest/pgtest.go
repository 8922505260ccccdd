// Package pgtest runs a PostgreSQL server for tests: a real one, of the
// machine, with its data in a directory of its own.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"latchkey/internal/testneed"
)

// password is the server's, for the user latchkey.
const password = "of a test"

// Server is a PostgreSQL server on 127.0.0.1.
type Server struct {
	t       testing.TB
	dir     string
	port    int
	account account // that it runs as
	process *exec.Cmd
	sync    string // "on", "off"
	made    atomic.Int64
}

// Start makes a server that is stopped when t ends. Tests are skipped where
// there is no PostgreSQL. It does not wait for the disk: what it answered
// outlives the server, though not the machine.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, "off")
}

// StartDurable is Start for measures: it waits for the disk as in production.
func StartDurable(t testing.TB) *Server {
	t.Helper()
	return start(t, "on")
}

func start(t testing.TB, sync string) *Server {
	t.Helper()
	s := &Server{t: t, dir: tempDir(t), port: freePort(t), account: someoneElse(t), sync: sync}
	s.account.own(t, s.dir)
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	s.account.own(t, secret)
	initdb := s.command("initdb", "-D", s.data(), "-U", "latchkey", "--pwfile", secret, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.Run()
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Run starts the server, at first or again, and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	s.process = s.command("postgres", "-D", s.data(), "-c", "listen_addresses=127.0.0.1",
		"-c", "port="+strconv.Itoa(s.port), "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync="+s.sync)
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.await()
}

// await connects until that succeeds: while it starts, the server refuses.
func (s *Server) await() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			_ = conn.Close(ctx) // it answered, and that was all
			return
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("PostgreSQL does not answer: %v\n%s", err, log)
		case <-retry.C:
		}
	}
}

// Stop ends the server as an operator would: sessions are cut, data is written.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill stops it at once, as if the machine had failed; Run recovers.
func (s *Server) Kill() { s.end(syscall.SIGQUIT) }

func (s *Server) end(how os.Signal) {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(how) // it may have ended
	_ = s.process.Wait()              // says only how it was ended
	s.process = nil
}

// URL makes an empty database and returns its address.
func (s *Server) URL() string {
	s.t.Helper()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	s.Exec("postgres", "CREATE DATABASE "+name)
	return s.url(name)
}

// Address is where Database can be used, by other programs too.
func (s *Server) Address() string { return s.url("postgres") }

// Database returns the address of an empty database on the server at address: a
// schema of its own, which is made in a fraction of the time. Programs that make
// their tables at once wait a second for each other: all schemas have one lock.
func Database(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := "test" + strings.ToLower(rand.Text())
	run(t, address, "CREATE SCHEMA "+name)
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}

// Exec runs a statement in a database.
func (s *Server) Exec(database, statement string) {
	s.t.Helper()
	run(s.t, s.url(database), statement)
}

func run(t testing.TB, address, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://latchkey:%s@127.0.0.1:%d/%s?sslmode=disable", "of%20a%20test", s.port, database)
}

// command runs one of the server's programs, as another user if this one is
// root.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(program(s.t, name), args...)
	c.Dir = s.dir
	c.SysProcAttr = s.account.attributes()
	return c
}

// program finds one of PostgreSQL's programs, which Debian keeps off the PATH.
func program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	testneed.Check(t, len(found) > 0, "no PostgreSQL server: "+name)
	return found[len(found)-1]
}

func freePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// tempDir is one that the user of the server can reach, which those of a test
// are not.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
