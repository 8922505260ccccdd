package store_test

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
)

// With sslmode=verify-full the server must be who the address says.
func TestPostgresVerified(t *testing.T) {
	https := httptest.NewTLSServer(nil) // for its certificate, which is of 127.0.0.1
	https.Close()
	server := pgtest.Start(t)
	server.Exec("postgres", "CREATE DATABASE center")
	address := server.TLS(https.TLS.Certificates[0], "center")
	authority := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.Block{Type: "CERTIFICATE", Bytes: https.Certificate().Raw}
	if err := os.WriteFile(authority, pem.EncodeToMemory(&block), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, authority, want string }{
		{"127.0.0.1", authority, ""},
		{"127.0.0.1", "", "certificate signed by unknown authority"},
		{"localhost", authority, "not localhost"},
	} {
		address := *address
		address.Host = test.host + ":" + address.Port()
		query := address.Query()
		query.Set("sslmode", "verify-full")
		if test.authority != "" {
			query.Set("sslrootcert", test.authority)
		}
		address.RawQuery = query.Encode()
		db, err := store.Open(t.Context(), address.String())
		if err == nil {
			db.Close()
		}
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, trusting %q: %v, want %q", test.host, test.authority, err, test.want)
		}
	}
}
