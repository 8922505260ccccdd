package pgtest

import (
	"context"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"latchkey/internal/testneed"
)

// Check has PostgreSQL look for damage in the database at an address: in every
// table, in every index, and whether each index has all that its table has. t is
// skipped where PostgreSQL came without the means to.
func Check(t testing.TB, address string) {
	t.Helper()
	pgAmcheck := program(t, "pg_amcheck")
	testneed.Check(t, hasExtension(t, address, "amcheck"), "PostgreSQL has no extension amcheck")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	word, _ := u.User.Password()
	c := exec.Command(pgAmcheck, "--install-missing", "--heapallindexed", "--parent-check", "--rootdescend",
		"--no-password", "--host", u.Hostname(), "--port", u.Port(), "--username", u.User.Username(), strings.TrimPrefix(u.Path, "/"))
	c.Env = []string{"PGPASSWORD=" + word}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("pg_amcheck: %v\n%s", err, out)
	}
}

func hasExtension(t testing.TB, address, name string) (has bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	err = conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)", name).Scan(&has)
	if err != nil {
		t.Fatal(err)
	}
	return has
}
