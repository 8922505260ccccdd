package awsapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"latchkey/internal/starturl"
	"latchkey/internal/termtext"
)

// An Error is an error that the service answered with.
type Error struct {
	Code        string // as AWS names it, such as AuthorizationPendingException; raw
	Description string // the service's words; raw
	Reason      string // of some AccessDenied and InvalidRequest errors, such as KMS_DisabledException; raw
	Operation   string // such as CreateToken
	RequestID   string // raw
	Status      int    // of HTTP
	Err         error  // the SDK's error, whose text is raw

	// Skew is how far the service's clock was ahead of this machine's, by the
	// Date of the answer; zero when it had none, or for less than a minute.
	Skew time.Duration
}

// Error shows the service's words with control characters made visible and cut
// to 256 cells.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s was answered with %s", e.Operation, shown(e.Code))
	if e.Reason != "" {
		s += " (" + shown(e.Reason) + ")"
	}
	if e.Description != "" {
		s += ": " + shown(e.Description)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

func shown(s string) string { return termtext.Truncate(termtext.Safe(s), 256) }

// An UnreachableError is a call that was not answered, or not with anything
// that could be the service's answer: a refused connection, an untrusted
// certificate, a web page, half an answer.
type UnreachableError struct {
	Operation string
	Host      string // host, with the port if one was given
	Err       error  // raw
	Hint      string // one sentence that a person can act on

	final bool // trying again would end the same way
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s failed at %s: %s", e.Operation, shown(e.Host), shown(reason(e.Err)))
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// RetryableError tells the SDK's retryer whether to try again.
func (e *UnreachableError) RetryableError() bool { return !e.final }

func (s *sender) unreachable(operation string, u *url.URL, err error) *UnreachableError {
	return &UnreachableError{Operation: operation, Host: u.Host, Err: err, Hint: hint(err, u, s.override), final: final(err)}
}

// misread explains an error of the SDK's that no attempt explains: an answer
// in the protocol whose values have other types, or a call that ran out of
// time between attempts.
func (c *Client) misread(s Service, operation string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return c.foreign(s, operation, context.DeadlineExceeded)
	}
	return c.foreign(s, operation, errMalformed)
}

// reason shortens the layers that net/http puts around the cause, which repeat
// method, URL and addresses.
func reason(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if timedOut(err) {
		return "it did not answer in time"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host name was not found: " + dns.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err.Error()
	}
	if starturl.SpeaksHTTP(err) {
		return "it speaks http, not https"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "the answer breaks off"
	}
	return err.Error()
}

func timedOut(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

func untrusted(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	return verification || authority
}

// final holds what a second try does not mend.
func final(err error) bool {
	if f, ok := errors.AsType[foreignError](err); ok {
		return f.status < 500 && f.status != http.StatusTooManyRequests
	}
	return untrusted(err) || errors.Is(err, errTooLarge) || errors.Is(err, errMalformed) ||
		starturl.SpeaksHTTP(err)
}

// hint names what a person can look at.
func hint(err error, u *url.URL, override bool) string {
	const (
		proxies = "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
		source  = "AWS_ENDPOINT_URL, its relatives or endpoint_url"
	)
	here := starturl.Loopback(u.Hostname())
	_, foreign := errors.AsType[foreignError](err)
	_, unknownHost := errors.AsType[*net.DNSError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case untrusted(err):
		return "if your network has its own certificate authority, name its file in AWS_CA_BUNDLE or ca_bundle"
	case isOp && op.Op == "proxyconnect":
		return "check the proxy in " + proxies
	case here && starturl.SpeaksHTTP(err):
		return "write http:// instead of https:// in " + source
	case here && mayWantTLS(err, u):
		return "if " + shown(u.Host) + " speaks https, write https:// instead of http:// in " + source
	case foreign && override:
		return "is " + shown(u.Host) + " the address of a center? it comes from " + source
	case foreign:
		return "something on the way may have answered instead: check the network and the proxy in " + proxies
	case here:
		return "is the center running at " + shown(u.Host) + "?"
	case unknownHost && !override:
		return "is the region right? the host name is made from it"
	case override:
		return "check the address in " + source + ", and the proxy in " + proxies
	}
	return "check the network and the proxy in " + proxies
}

// mayWantTLS reports whether err is what a server of TLS does to a request
// without it: Go's and nginx answer with a sentence, but before a body has come
// in whole the connection can be gone.
func mayWantTLS(err error, u *url.URL) bool {
	f, _ := errors.AsType[foreignError](err)
	return u.Scheme == "http" && (f.what == wantsTLS || errors.Is(err, syscall.ECONNRESET) || starturl.SpeaksTLS(err))
}
