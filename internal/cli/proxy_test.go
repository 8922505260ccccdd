package cli_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A world answers every https host through a proxy, with certificates of its
// own authority.
type world struct {
	handler http.Handler
	ca      *x509.Certificate
	key     *ecdsa.PrivateKey
}

// cmdWorld serves AWS's SSO OIDC by its own name, and https://sso.example.org,
// which redirects to a start URL of AWS's: `world us-west-2`;
// https://other.example.org redirects elsewhere. HTTPS_PROXY leads there, and the
// authority is trusted by everybody.
func cmdWorld(ts *testscript.TestScript, neg bool, args []string) {
	region := args[0]
	service := &oidc{file: ts.MkAbs("asked")}
	w := newWorld(ts, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.Host, ".example.org") && strings.HasPrefix(r.URL.Path, "/.well-known/"):
			http.NotFound(rw, r)
		case r.Host == "other.example.org":
			http.Redirect(rw, r, "https://www.example.net/", http.StatusFound)
		case r.Host == "sso.example.org":
			http.Redirect(rw, r, "https://d-1234567890.portal."+region+".app.aws/", http.StatusFound)
		case r.Host == "oidc."+region+".amazonaws.com":
			service.ServeHTTP(rw, r)
		default:
			http.Error(rw, "no such host: "+r.Host, http.StatusBadGateway)
		}
	}))
	proxy := httptest.NewServer(w)
	ts.Defer(proxy.Close)
	authority := ts.MkAbs("authority.pem")
	ts.Check(os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.ca.Raw}), 0o600))
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	ts.Setenv("AWS_CA_BUNDLE", authority)
	ts.Setenv("SSL_CERT_FILE", authority) // for the browser
}

func newWorld(ts *testscript.TestScript, h http.Handler) *world {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	w := &world{handler: h, key: key}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	w.ca, err = x509.ParseCertificate(der)
	ts.Check(err)
	return w
}

// ServeHTTP is the proxy's: it answers CONNECT, and then the request that comes
// through the tunnel.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	conn, _, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n")); err != nil {
		return
	}
	tunnel := tls.Server(conn, &tls.Config{GetCertificate: w.certificate})
	defer tunnel.Close()
	inner, err := http.ReadRequest(bufio.NewReader(tunnel))
	if err != nil {
		return
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, inner)
	result := answer.Result()
	result.Close = true
	result.Request = inner
	result.Write(tunnel)
}

func (w *world) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if net.ParseIP(hello.ServerName) != nil {
		return nil, os.ErrInvalid
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{hello.ServerName}, NotAfter: w.ca.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, w.ca, &w.key.PublicKey, w.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: w.key}, nil
}
