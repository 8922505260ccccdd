package oauth

import (
	"errors"
	"net/url"
	"strings"
)

// StartURLs are those that a center answers for, in the form that key returns.
type StartURLs map[string]bool

// NewStartURLs returns a set of urls.
func NewStartURLs(urls ...string) (StartURLs, error) {
	set := make(StartURLs)
	for _, u := range urls {
		k, ok := key(u)
		if !ok {
			return nil, errors.New("start URL " + u + ": want https://HOST/start")
		}
		set[k] = true
	}
	return set, nil
}

// Has reports whether the center answers for u.
func (s StartURLs) Has(u string) bool {
	k, ok := key(u)
	return ok && s[k]
}

// key makes one of the forms in which people write a start URL: /start,
// /start/, /start#/ and /start/#/ are the same.
func key(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > 1024 || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery {
		return "", false
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Fragment != "" && u.Fragment != "/" {
		return "", false
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	if path == "" {
		return "", false
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + path, true
}
