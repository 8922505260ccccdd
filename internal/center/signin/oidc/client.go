package oidc

import (
	"errors"
	"io"
	"net/http"

	"latchkey/internal/center/signin"
)

const (
	maxBody   = 1 << 20
	maxHeader = 64 << 10
)

// client asks the provider: for a limited time, for a limited answer, and for
// nothing at an address that the provider did not name before. A redirect could
// lead a code or a secret elsewhere.
func (c Config) client() (*http.Client, error) {
	trust, err := signin.Trust(c.CAFile)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: c.Timeout,
		Transport: limited{&http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the provider redirects, which is not followed")
		},
	}, nil
}

// limited ends answers that are too long with an error.
type limited struct{ http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = &limitedBody{resp.Body, maxBody}
	}
	return resp, err
}

type limitedBody struct {
	io.ReadCloser
	left int
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the provider's answer is larger than 1 MiB")
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
