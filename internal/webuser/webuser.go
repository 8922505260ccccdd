// Package webuser is a person at web pages over plain HTTP, for tests and the
// demonstration: it keeps cookies, fills in forms by the names of their fields
// and presses buttons by their ids, as a browser without JavaScript would.
//
// It stays on the origin of the page it was sent to, but for links and for
// origins that it may go to, and leaves to others what the pages mean.
package webuser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxPage      = 1 << 20
	maxRedirects = 10
)

// A User is one person with one browser.
type User struct {
	http   *http.Client
	others []string // origins that redirects may lead to
}

// New returns a person without cookies who asks through hc, whose own cookie
// jar and redirect policy are not used.
func New(hc *http.Client) *User {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // documented to be nil always
	}
	own := *hc
	u := &User{http: &own}
	own.Jar, own.CheckRedirect = jar, u.sameOrigin
	return u
}

// MayGoTo lets redirects lead to these origins too, SCHEME://HOST:PORT each, as
// to a provider of sign-ins and back.
func (u *User) MayGoTo(origins ...string) { u.others = append(u.others, origins...) }

// sameOrigin follows redirects that do not leave scheme, host and port.
func (u *User) sameOrigin(req *http.Request, via []*http.Request) error {
	if to := origin(req.URL); to != origin(via[0].URL) && !slices.Contains(u.others, to) {
		return fmt.Errorf("redirect from %s to %s, another origin", origin(via[0].URL), origin(req.URL))
	}
	if len(via) >= maxRedirects {
		return errors.New("too many redirects")
	}
	return nil
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// Open goes to an address, as typed into the address bar.
func (u *User) Open(address string) (*Page, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return u.load(req)
}

// load returns the page at the end of the redirects, whatever its status.
func (u *User) load(req *http.Request) (*Page, error) {
	resp, err := u.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resp.Request.URL, err)
	}
	if len(body) > maxPage {
		return nil, fmt.Errorf("%s: the page is larger than 1 MiB", resp.Request.URL)
	}
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		return nil, fmt.Errorf("%s: not a page but %q with status %d", resp.Request.URL, kind, resp.StatusCode)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resp.Request.URL, err)
	}
	return &Page{URL: resp.Request.URL, Status: resp.StatusCode, user: u, doc: doc, filled: map[string]string{}}, nil
}
