package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest"
	"latchkey/internal/center/storetest/pgtest"
)

func TestPostgres(t *testing.T) {
	server := pgtest.Start(t)
	storetest.Run(t, func(t *testing.T, url string) storetest.Store {
		t.Helper()
		return open(t, url)
	}, func(*testing.T) string { return server.URL() })
}

// Replicas that start together make the schema once.
func TestPostgresStartTogether(t *testing.T) {
	url := pgtest.Start(t).URL()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			db, err := store.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	all.Wait()
}

// A server that goes away is said to be away, and used again once it is back.
func TestPostgresAway(t *testing.T) {
	server := pgtest.Start(t)
	db := open(t, server.URL())
	defer db.Close()
	ask := func() error {
		_, err := db.Token(t.Context(), secret.Hash("x"), time.Now())
		return err
	}
	server.Kill()
	for range 3 {
		if err := ask(); !unavailable(err) {
			t.Errorf("while it is away: %v", err)
		}
		if err := db.EndFamily(t.Context(), secret.Hash("x")); !unavailable(err) {
			t.Errorf("writing while it is away: %v", err)
		}
	}
	if err := db.Ping(t.Context()); !unavailable(err) {
		t.Errorf("ping: %v", err)
	}
	server.Run()
	if err := ask(); err == nil || unavailable(err) {
		t.Errorf("once it is back: %v", err)
	}
	if err := db.EndFamily(t.Context(), secret.Hash("x")); err != nil {
		t.Error(err)
	}
}

func unavailable(err error) bool {
	away, ok := err.(interface{ Unavailable() bool })
	return ok && away.Unavailable()
}

// The clock is the server's.
func TestPostgresNow(t *testing.T) {
	db := open(t, pgtest.Start(t).URL())
	defer db.Close()
	if off := time.Until(db.Now()).Abs(); off > time.Second {
		t.Errorf("%v from this machine's clock, which is the same", off)
	}
}

func TestPostgresOpenErrors(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL()
	open(t, url).Close()
	server.Exec("test1", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)")
	other := server.URL()
	server.Exec("test2", "CREATE TABLE invoices (id BIGINT PRIMARY KEY)")
	for address, want := range map[string]string{
		other: "another program's",
		url:   "newer than this program",
		strings.Replace(url, "of%20a%20test", "wrong%20secret", 1):   "password authentication failed",
		strings.Replace(url, "/test1", "/nothing", 1):                "does not exist",
		strings.Replace(url, "sslmode=disable", "sslmode=secret", 1): "sslmode",
		url + "&pool_max_conns=1":                                    "pool_max_conns",
		"postgres://u:secret@127.0.0.1:1/db":                         "refused",
		"postgres://u:secret@%zz/db":                                 "not a URL",
	} {
		_, err := store.Open(t.Context(), address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") ||
			strings.Contains(err.Error(), "of a test") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// Who cannot connect is told why, once, and what to look at; never the password.
func TestPostgresUnreachable(t *testing.T) {
	server := pgtest.Start(t)
	url := strings.TrimSuffix(server.URL(), "?sslmode=disable")
	at := url[strings.Index(url, "@")+1 : strings.LastIndex(url, "/")]
	for address, want := range map[string]string{
		"postgres://u:secret@127.0.0.1:1/db": "database postgres at 127.0.0.1: dial tcp 127.0.0.1:1: connect: connection refused\n" +
			"is PostgreSQL running there, and are host and port of the address right?",
		"postgres://u:secret@/db?host=/nowhere": "database postgres at /nowhere: dial unix /nowhere/.s.PGSQL.5432: connect: no such file or directory\n" +
			"is PostgreSQL running there, and are host and port of the address right?",
		"postgres://u:secret@" + at + "/db": "database postgres at 127.0.0.1: password authentication failed for user \"u\"\n" +
			"are the user and the password right? they are in the address, or in PGPASSWORD or ~/.pgpass",
		strings.Replace(url, "/test1", "/nothing", 1): "database postgres at 127.0.0.1: database \"nothing\" does not exist\n" +
			"make it, for example with \"createdb\"",
		url + "?sslmode=require": "database postgres at 127.0.0.1: server refused TLS connection\n" +
			"the server has no TLS: give it a certificate, or, on the same machine, say sslmode=disable in the address",
	} {
		_, err := store.Open(t.Context(), address)
		if err == nil {
			t.Errorf("%s was opened", address)
			continue
		}
		if diff := cmp.Diff(want, err.Error()+"\n"+store.Hint(err)); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
}
