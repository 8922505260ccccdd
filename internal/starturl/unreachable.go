package starturl

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// An UnreachableError is a start URL at which nothing answers.
type UnreachableError struct{ Message, Hint string }

func (e *UnreachableError) Error() string { return e.Message }

// errSpeaksTLS is what a server of TLS says to a request without it, as Go's
// and nginx do.
var errSpeaksTLS = errors.New("it speaks https, not http")

// An illError is an answer of the server, or of a proxy in front of it, that it
// cannot answer now.
type illError int

func (e illError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("it answered %d %s", int(e), http.StatusText(int(e))))
}

// unreachable says why nothing answered at the origin of a start URL, and what
// to do about it.
func unreachable(u *url.URL, err error) *UnreachableError {
	at, here := origin(u), Loopback(u.Hostname())
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, ill := errors.AsType[illError](err)
	e := &UnreachableError{Message: "no answer from " + at + ": " + reason(err)}
	switch {
	case SpeaksTLS(err):
		return &UnreachableError{"what answers at " + at + " speaks https, not http", "use " + withScheme(u, "https")}
	case SpeaksHTTP(err) && here:
		return &UnreachableError{"what answers at " + at + " speaks http, not https", "use " + withScheme(u, "http")}
	case untrusted:
		e.Hint = "if its certificate is of an authority of your own, name the authority's file in AWS_CA_BUNDLE or ca_bundle"
	case ill:
		e.Hint = "try again later, or tell whoever runs it"
	case here:
		e.Hint = "is the center running there?"
	default:
		e.Hint = "check the start URL, the network, and the proxy in HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	}
	return e
}

func withScheme(u *url.URL, scheme string) string {
	other := *u
	other.Scheme = scheme
	return other.String()
}

// SpeaksHTTP reports whether err is that of a request over TLS to a server
// without it.
func SpeaksHTTP(err error) bool {
	return strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

// SpeaksTLS reports whether err is that of a request without TLS to a server
// that answered with a sentence or with an alert of TLS.
func SpeaksTLS(err error) bool {
	return errors.Is(err, errSpeaksTLS) || strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}

// reason shortens what net/http wraps around a cause.
func reason(err error) string {
	u, wrapped := errors.AsType[*url.Error](err)
	if wrapped && u.Timeout() {
		return "it did not answer in time"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host name was not found: " + dns.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err.Error()
	}
	if wrapped {
		return u.Err.Error()
	}
	return err.Error()
}
