package center_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
)

// onPostgres names the server on which the tests of this package make their
// databases instead of files.
const onPostgres = "LATCHKEY_CENTER_TEST_POSTGRES"

func database(t *testing.T, file string) string {
	t.Helper()
	if server := os.Getenv(onPostgres); server != "" {
		return pgtest.Database(t, server)
	}
	tables, err := empty()
	if err == nil {
		err = os.WriteFile(file, tables, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// empty is the file of a center that has its tables and nothing in them, made
// once: with -race that takes longer than most of the tests.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "latchkey-center-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "center.db")
	made, err := store.Open(context.Background(), "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	if err := made.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, err
	}
	_, err = db.Exec("DELETE FROM settings") // each center has a key of its own
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// open opens the database beside the center.
func (w *world) open(t *testing.T) *sql.DB {
	t.Helper()
	driver, address := "pgx", w.address
	if path, ok := strings.CutPrefix(w.address, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(5000)" // the center writes too
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// tables selects the names of the tables but the counters of tries.
func (w *world) tables() string {
	if strings.HasPrefix(w.address, "sqlite:") {
		return "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('throttles', 'sqlite_sequence') ORDER BY name"
	}
	return "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'throttles' ORDER BY tablename"
}

// onSQLite skips a test of what only a file has.
func onSQLite(t *testing.T) {
	t.Helper()
	if os.Getenv(onPostgres) != "" {
		t.Skip("about the database file")
	}
}

// Everything else that is tested of the center holds on PostgreSQL too.
func TestOnPostgres(t *testing.T) {
	if os.Getenv(onPostgres) != "" {
		t.Skip("it is on it")
	}
	if testing.Short() {
		t.Skip("all tests once more")
	}
	server := pgtest.Start(t)
	cmd := exec.Command(os.Args[0], "-test.skip=^TestOnPostgres$|^TestDatabaseGoes")
	cmd.Env = append(os.Environ(), onPostgres+"="+server.Address())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
