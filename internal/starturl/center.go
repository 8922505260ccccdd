package starturl

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Center is where an Identity Center that is not AWS's says it is.
type Center struct {
	Region   string
	StartURL string
	SSO      string // base URLs, at the origin that was asked
	SSOOIDC  string
	STS      string
}

// wellKnown is where a center describes itself, at the origin of its start URL.
const wellKnown = "/.well-known/latchkey-center"

// Discover asks the origin of a start URL whether a center is there. It
// reports false, without a request, for hosts of AWS's, and false when the
// origin has something else to say.
//
// The error is an *UnreachableError when nothing answers, or no center on this
// machine, and a *HintError when a description cannot be followed: secrets will
// go to the endpoints it names, so they must lie at the origin that the person
// typed.
func Discover(ctx context.Context, hc *http.Client, startURL string) (Center, bool, error) {
	if err := Check(startURL); err != nil {
		return Center{}, false, err
	}
	u, err := url.Parse(startURL)
	if err != nil || AWSOwned(u.Hostname()) {
		return Center{}, false, err
	}
	description, err := fetch(ctx, hc, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: wellKnown})
	if ctx.Err() != nil {
		return Center{}, false, ctx.Err()
	}
	if err != nil {
		return Center{}, false, unreachable(u, err)
	}
	if description == nil && Loopback(u.Hostname()) {
		return Center{}, false, &UnreachableError{"what answers at " + origin(u) + " is no center", "is the center at another port? it prints its address when it starts"}
	}
	if description == nil {
		return Center{}, false, nil
	}
	center := description.center()
	return center, true, center.check(u)
}

// A description is the document at wellKnown.
type description struct {
	Region    string `json:"region"`
	StartURL  string `json:"start_url"`
	Endpoints struct {
		SSO     string `json:"sso"`
		SSOOIDC string `json:"sso_oidc"`
		STS     string `json:"sts"`
	} `json:"endpoints"`
}

func (d *description) center() Center {
	return Center{Region: d.Region, StartURL: d.StartURL, SSO: d.Endpoints.SSO, SSOOIDC: d.Endpoints.SSOOIDC, STS: d.Endpoints.STS}
}

// fetch returns nil when the answer is not a description. Its error is one of
// the network, or says that what answers is not the center itself.
func fetch(ctx context.Context, hc *http.Client, u *url.URL) (*description, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := careful(hc, 5*time.Second).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	if u.Scheme == "http" && resp.StatusCode == http.StatusBadRequest && strings.Contains(string(body), "HTTPS") {
		return nil, errSpeaksTLS
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		return nil, illError(resp.StatusCode)
	}
	var d description
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &d) != nil || d == (description{}) {
		return nil, nil
	}
	return &d, nil
}

// check holds a description to the origin it came from.
func (c Center) check(asked *url.URL) error {
	unusable := func(what string) error {
		return &HintError{"the center at " + origin(asked) + " describes itself with " + what, "ask whoever runs it"}
	}
	if CheckRegion(c.Region) != nil {
		return unusable("a region that cannot be one")
	}
	if Check(c.StartURL) != nil {
		return unusable("a start URL that cannot be one")
	}
	if own, err := url.Parse(c.StartURL); err == nil && Loopback(own.Hostname()) && Loopback(asked.Hostname()) && !samePage(own, asked) {
		return &HintError{"the start URL of the center at " + origin(asked) + " is another", "use " + c.StartURL}
	}
	for _, endpoint := range []string{c.SSO, c.SSOOIDC, c.STS} {
		u, err := url.Parse(endpoint)
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || origin(u) != origin(asked) {
			return unusable("an endpoint at another address")
		}
	}
	return nil
}

// samePage reports whether two start URLs differ in nothing but the ways to
// write one: /start, /start/, /start#/.
func samePage(a, b *url.URL) bool {
	return origin(a) == origin(b) && strings.TrimRight(a.Path, "/") == strings.TrimRight(b.Path, "/")
}

// origin returns scheme, host and port, without a default port.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

// careful is hc with a shorter patience, and which shows redirects instead of
// following them.
func careful(hc *http.Client, patience time.Duration) *http.Client {
	c := *hc
	c.Timeout = patience
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}
