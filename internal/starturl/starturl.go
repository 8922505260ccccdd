// Package starturl owns what a start URL is: its syntax, whether AWS serves
// it, which address stands behind a vanity name, and how a center that is not
// AWS's says where its services are.
//
// It leaves to others which profile holds which start URL (awsconfig) and the
// sign-in itself (login). It sends no secret anywhere.
package starturl

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A HintError is an answer that cannot be used, and what to write instead.
type HintError struct {
	Message string // lower case, no full stop
	Hint    string // one sentence that a person can act on
}

func (e *HintError) Error() string { return e.Message }

// Check reports why raw is not a start URL, as a *HintError. The host rules
// are the AWS CLI's; beyond them the scheme must be https, or http when the
// host is this machine, and there is no user name in it: what is signed in to
// here must not be readable or replaceable on the way.
func Check(raw string) error {
	const example = "a start URL looks like https://my-sso-portal.awsapps.com/start"
	if raw == "" {
		return &HintError{"the start URL is empty", example}
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return &HintError{"the start URL contains a space or a control character", example}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Opaque != "" {
		return &HintError{"this is not a URL", example}
	}
	if u.User != nil {
		return &HintError{"the start URL contains a user name", "leave out what stands before the @"}
	}
	if !validHost(u.Hostname()) || !validPort(u) {
		return &HintError{"the host of the start URL is not a host name", example}
	}
	return checkScheme(u)
}

func checkScheme(u *url.URL) error {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return &HintError{"the start URL uses http, and its host is not this machine", "write https:// instead of http://"}
	}
	return &HintError{"the start URL must begin with https://", "a start URL looks like https://my-sso-portal.awsapps.com/start"}
}

// Loopback reports whether host, without port or brackets, is this machine
// whatever a name server says: localhost or a loopback address.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

var hostLabel = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// validHost holds botocore's rule: at most 255 characters, labels of letters,
// digits and inner hyphens, a final dot allowed. IPv6 addresses are allowed
// too, for a center on this machine.
func validHost(host string) bool {
	if len(host) > 255 {
		return false
	}
	if strings.Contains(host, ":") {
		return net.ParseIP(host) != nil
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	return !slices.ContainsFunc(labels, func(l string) bool { return !hostLabel.MatchString(l) })
}

func validPort(u *url.URL) bool {
	return u.Port() != "" || !strings.HasSuffix(u.Host, ":")
}
