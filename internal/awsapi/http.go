package awsapi

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// maxBody is the longest answer that is read. A page of a hundred accounts is
// some 20 KiB.
const maxBody = 1 << 20

// errTooLarge is what reading an answer ends with when it is longer.
var errTooLarge = errors.New("the answer is larger than 1 MiB")

// HTTPOptions are what NewHTTPClient depends on.
type HTTPOptions struct {
	CABundle string                                // PEM file whose certificates replace the system's; "": the system's
	Proxy    func(*http.Request) (*url.URL, error) // http.ProxyFromEnvironment in programs; nil: no proxy
}

// NewHTTPClient returns the client that every call goes through. It speaks TLS
// 1.2 or later, ends a request after a minute, reads at most 1 MiB of an answer,
// asks for no compression, and follows no redirect: Go does not count
// x-amz-sso_bearer_token among the headers it drops on the way to another host.
func NewHTTPClient(o HTTPOptions) (*http.Client, error) {
	roots, err := loadRoots(o.CABundle)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: limited{&http.Transport{
			Proxy:                  o.Proxy,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  30 * time.Second,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true,
		}},
	}, nil
}

// ResolveCABundle finds the CA bundle: flag, AWS_CA_BUNDLE, ca_bundle of the
// profile, REQUESTS_CA_BUNDLE.
func ResolveCABundle(getenv func(string) string, flag string, profile func(key string) string) string {
	return cmp.Or(flag, getenv("AWS_CA_BUNDLE"), profile("ca_bundle"), getenv("REQUESTS_CA_BUNDLE"))
}

// A CABundleError is a file of certificates that cannot be used.
type CABundleError struct {
	File string
	Err  error
}

func (e *CABundleError) Error() string { return fmt.Sprintf("the CA bundle %s: %v", e.File, e.Err) }

func (e *CABundleError) Unwrap() error { return e.Err }

// loadRoots returns nil, which means the system's roots, for no file.
func loadRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &CABundleError{file, unnamed(err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &CABundleError{file, errors.New("holds no certificate in PEM form")}
	}
	return pool, nil
}

// unnamed leaves out the path, which the error around it has.
func unnamed(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// limited ends every answer with errTooLarge once it is longer than maxBody.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &limitedBody{body: resp.Body, left: maxBody}
	return resp, nil
}

type limitedBody struct {
	body io.ReadCloser
	left int
}

func (b *limitedBody) Close() error { return b.body.Close() }

// Read asks for one byte more than is left, to tell the end from the limit.
func (b *limitedBody) Read(p []byte) (int, error) {
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if n > b.left {
		return b.left, errTooLarge
	}
	b.left -= n
	return n, err
}
