//go:build unix

package compat_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// startNginx puts nginx, as deploy/nginx.conf has it, at address before two
// replicas. Its certificate is cert.pem in dir.
func startNginx(t *testing.T, dir, address string, replicas [2]string) {
	t.Helper()
	nginx := testneed.Program(t, "nginx")
	site := read(t, "../deploy/nginx.conf")
	for _, change := range [][2]string{
		{"127.0.0.1:8081", replicas[0]}, {"127.0.0.1:8082", replicas[1]},
		{"fail_timeout=5s", "fail_timeout=1s"}, // one that is back is waited for
		{"/etc/latchkey-center", dir}, {"listen 443", "listen " + address},
	} {
		if !strings.Contains(site, change[0]) {
			t.Fatalf("the example has no %s", change[0])
		}
		site = strings.ReplaceAll(site, change[0], change[1])
	}
	var main strings.Builder
	if os.Getuid() == 0 {
		main.WriteString("user root;\n") // who alone reads the directory
	}
	fmt.Fprintf(&main, "daemon off;\npid %[1]s/pid;\nerror_log stderr warn;\nevents {}\nhttp {\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&main, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	config := filepath.Join(dir, "main.conf")
	write(t, config, main.String()+site+"}\n")
	p := newMachine(t).start(t, nginx, "-e", "stderr", "-p", dir, "-c", config)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("nginx:\n%s", p.out)
		}
	})
	for deadline := time.Now().Add(patience); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// certify makes cert.pem for 127.0.0.1 in dir, and its key.
func certify(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// trusting is a client that trusts the certificate in dir, and who says with
// every request to have come from somewhere else.
func trusting(t *testing.T, dir string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(read(t, filepath.Join(dir, "cert.pem")))) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: liar{transport}, Timeout: patience}
}

const elsewhere = "203.0.113.9"

type liar struct{ http.RoundTripper }

func (l liar) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", elsewhere)
	return l.RoundTripper.RoundTrip(r)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
