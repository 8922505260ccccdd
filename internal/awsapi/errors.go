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
	"strings"
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

func (s *sender) unreachable(operation, host string, err error) *UnreachableError {
	return &UnreachableError{Operation: operation, Host: host, Err: err, Hint: hint(err, host, s.override), final: final(err)}
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
		strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

// hint names what a person can look at.
func hint(err error, host string, override bool) string {
	const proxies = "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	_, foreign := errors.AsType[foreignError](err)
	_, unknownHost := errors.AsType[*net.DNSError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case untrusted(err):
		return "if your network has its own certificate authority, name its file in AWS_CA_BUNDLE or ca_bundle"
	case isOp && op.Op == "proxyconnect":
		return "check the proxy in " + proxies
	case foreign && override:
		return "is " + shown(host) + " the address of a center? it comes from AWS_ENDPOINT_URL, its relatives or endpoint_url"
	case foreign:
		return "something on the way may have answered instead: check the network and the proxy in " + proxies
	case starturl.Loopback(hostname(host)):
		return "is the center running at " + shown(host) + "?"
	case unknownHost && !override:
		return "is the region right? the host name is made from it"
	case override:
		return "check the address in AWS_ENDPOINT_URL, its relatives or endpoint_url, and the proxy in " + proxies
	}
	return "check the network and the proxy in " + proxies
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
