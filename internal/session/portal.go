package session

import (
	"net/url"
	"strings"

	"latchkey/internal/ssocache"
)

// anotherSpelling finds a valid token of a legacy profile that names the same
// portal in another spelling: the AWS CLI keeps /start, /start/ and /start#/ in
// three files, and a person who signed in with one is signed in to all. When
// there is none, elsewhere reports a token of the other kind, which profiles of
// this kind do not share: an sso-session's, or one without.
func (s *Session) anotherSpelling() (t ssocache.Token, ok, elsewhere bool) {
	tokens, err := s.Cache.Tokens()
	if err != nil {
		return t, false, false
	}
	for _, other := range tokens {
		if !samePortal(other.StartURL, s.SSO.StartURL) || !other.ExpiresAt.After(s.Now()) {
			continue
		}
		legacy := ofLegacy(other)
		switch {
		case legacy != s.Legacy():
			elsewhere = true
		case legacy && other.Region == s.region():
			return other.Token, true, false
		}
	}
	return t, false, elsewhere
}

// Owns reports whether t is a token that the session uses.
func (s *Session) Owns(t ssocache.StoredToken) bool {
	return t.Key == s.TokenKey() || s.Legacy() && ofLegacy(t) && samePortal(t.StartURL, s.SSO.StartURL)
}

// ofLegacy reports whether t is a token of profiles without an sso-session,
// whose files are named by the start URL.
func ofLegacy(t ssocache.StoredToken) bool { return t.Key == ssocache.TokenKey(t.StartURL, "") }

// samePortal reports whether two start URLs lead to the same page.
func samePortal(a, b string) bool {
	pa, okA := portal(a)
	pb, okB := portal(b)
	return okA && okB && pa == pb
}

func portal(startURL string) (string, bool) {
	u, err := url.Parse(startURL)
	if err != nil || u.Host == "" {
		return "", false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ".")
	return u.Scheme + "://" + host + strings.TrimRight(u.Path, "/"), true
}
