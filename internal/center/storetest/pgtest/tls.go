package pgtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TLS makes the server take connections with TLS too, and returns the address of
// database with sslmode=require.
func (s *Server) TLS(certificate tls.Certificate, database string) *url.URL {
	s.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, block := range map[string]pem.Block{
		"server.crt": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]},
		"server.key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		name = filepath.Join(s.data(), name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&block), 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.account.own(s.t, name)
	}
	s.Exec("postgres", "ALTER SYSTEM SET ssl = on")
	s.Exec("postgres", "SELECT pg_reload_conf()")
	address, err := url.Parse(s.url(database))
	if err != nil {
		s.t.Fatal(err)
	}
	query := address.Query()
	query.Set("sslmode", "require")
	address.RawQuery = query.Encode()
	awaitTLS(s.t, address.String())
	return address
}

// awaitTLS connects until that succeeds: the server reads its settings a little
// later than it says.
func awaitTLS(t testing.TB, address string) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for late := time.After(time.Minute); ; {
		conn, err := pgx.Connect(context.Background(), address)
		if err == nil {
			_ = conn.Close(context.Background()) // it answered, and that was all
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatal(err)
		}
	}
}
