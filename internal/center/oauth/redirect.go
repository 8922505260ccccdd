package oauth

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
)

// loopbackForm is the whole of what a redirect URI may be: http, an IP literal,
// a port or none, a plain path. The name localhost may lead elsewhere (RFC 8252,
// section 8.3); escapes, queries, fragments and user names are where two readers
// of one URI come to differ.
var loopbackForm = regexp.MustCompile(`^http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?(/[A-Za-z0-9._~/-]*)$`)

const maxURILength = 1024

// redirectURI is a redirect URI taken apart.
type redirectURI struct{ host, port, path string } // port "" for none

func readRedirectURI(s string) (u redirectURI, ok bool) {
	m := loopbackForm.FindStringSubmatch(s)
	if m == nil || len(s) > maxURILength || path.Clean(m[3]) != m[3] {
		return redirectURI{}, false
	}
	if port, err := strconv.Atoi(m[2]); m[2] != "" && (err != nil || port > 65535) {
		return redirectURI{}, false
	}
	return redirectURI{m[1], m[2], m[3]}, true
}

func notLoopback(s string) bool {
	_, ok := readRedirectURI(s)
	return !ok
}

// hostPort is what a person is shown, and the host of the origin.
func (u redirectURI) hostPort() string {
	if u.port == "" {
		return u.host
	}
	return u.host + ":" + u.port
}

// mayRedirect reports whether asked is one of the registered URIs.
//
// "The authorization server MUST allow any port to be specified at the time of
// the request for loopback IP redirect URIs" (RFC 8252, section 7.3); all else
// is "exact string matching" (RFC 9700, section 2.1).
func mayRedirect(registered []string, asked string) bool {
	to, ok := readRedirectURI(asked)
	return ok && slices.ContainsFunc(registered, func(s string) bool {
		u, ok := readRedirectURI(s)
		return ok && u.host == to.host && u.path == to.path
	})
}

// answerTo adds the parameters of an answer to a redirect URI, which has none.
func answerTo(redirectURI string, answer url.Values) string {
	return redirectURI + "?" + answer.Encode()
}
