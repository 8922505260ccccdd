package browser

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// maxURL is far more than a verification or authorization URL needs.
const maxURL = 4096

// CheckURL tells whether a URL from a server may be handed to a browser, and
// returns it written anew. A browser's command line reads what begins with "-"
// as an option (CVE-2026-4519), and a desktop's opener starts whatever program
// handles the scheme: so only https is let through, http to this machine
// itself, and no character that a shell or an opener could act upon.
// Errors do not repeat the URL.
func CheckURL(raw string) (string, error) {
	if len(raw) > maxURL {
		return "", fmt.Errorf("the URL is longer than %d bytes", maxURL)
	}
	if strings.ContainsFunc(raw, forbidden) {
		return "", errors.New("the URL holds a character that URLs do not have")
	}
	if hiddenControl(raw) {
		return "", errors.New("the URL holds an encoded control character")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("this is not a URL")
	}
	if err := checkParts(u); err != nil {
		return "", err
	}
	clean := u.String()
	if strings.ContainsFunc(clean, forbidden) || len(clean) > maxURL ||
		!strings.HasPrefix(clean, "https://") && !strings.HasPrefix(clean, "http://") {
		return "", errors.New("the URL is not one to open")
	}
	return clean, nil
}

func checkParts(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the URL is not an https URL")
	case u.Opaque != "" || u.Hostname() == "":
		return errors.New("the URL names no host")
	case u.User != nil:
		return errors.New("the URL holds a user name")
	case !plainHost(u.Host):
		return errors.New("the URL's host is not a host name")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("the URL is not an https URL")
	}
	return nil
}

// forbidden is everything outside ASCII's visible characters, the quotes, the
// backquote and the backslash, and the angle brackets, which RFC 3986 leaves out
// of URLs as it does the space.
func forbidden(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'`\\<>", r)
}

// hiddenControl finds %00 to %1f and %7f: an opener that decodes the URL once
// too often would be given a second line.
func hiddenControl(raw string) bool {
	for i := 0; i+2 < len(raw); i++ {
		if raw[i] == '%' && (raw[i+1] == '0' || raw[i+1] == '1' || strings.EqualFold(raw[i+1:i+3], "7f")) {
			return true
		}
	}
	return false
}

// plainHost allows names, addresses and a port: an international name comes in
// its ASCII form.
func plainHost(host string) bool {
	return !strings.HasPrefix(host, "-") && !strings.ContainsFunc(host, func(r rune) bool {
		return !alphanumeric(r) && !strings.ContainsRune("-._:[]", r)
	})
}

func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
