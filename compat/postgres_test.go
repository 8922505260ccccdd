package compat_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/storetest/pgtest"
)

// onPostgres names the server on which centers have their databases instead of
// in files.
const onPostgres = "LATCHKEY_COMPAT_POSTGRES"

// database is the address of an empty one for a center on m.
func database(t *testing.T, m *machine) string {
	t.Helper()
	if server := os.Getenv(onPostgres); server != "" {
		return pgtest.Database(t, server)
	}
	return "sqlite:" + filepath.Join(m.home, "center.db")
}

// again are the tests that the center's database has a part in: signing in by
// device code and by PKCE, refreshing, accounts, roles and their credentials,
// STS and the pages, by the AWS CLI, boto3, the AWS SDK for Go and Chromium.
var again = []string{
	"TestBrowser", "TestBrowserBringsTheCode", "TestChain", "TestClientsUnderExec", "TestClusterToken", "TestConsoleLink", "TestGoSDK",
	"TestPortal", "TestPortalConsole", "TestProfileWorksWithoutEnvironment", "TestSDKProfile",
	"TestSessionOfEitherIsRefreshedByBoth", "TestTokenOfEitherServesBoth",
}

// TestOnPostgres: AWS's clients find no difference between the databases.
func TestOnPostgres(t *testing.T) {
	if os.Getenv(onPostgres) != "" {
		t.Skip("it is on it")
	}
	if testing.Short() {
		t.Skip("many tests once more")
	}
	server := pgtest.Start(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^("+strings.Join(again, "|")+")$")
	cmd.Env = append(os.Environ(), onPostgres+"="+server.Address(), programs+"="+filepath.Dir(program(t, "latchkey")))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range again {
		if !strings.Contains(string(out), "\n--- PASS: "+name+" ") && !strings.Contains(string(out), "\n--- SKIP: "+name+" ") {
			t.Errorf("%s was not run", name)
		}
	}
}
