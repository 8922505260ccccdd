package starturl

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// AWSOwned reports whether AWS serves host, as the AWS CLI decides it: a
// portal domain or a name below one, or the name of an Identity Center itself.
// Case and a final dot do not count.
func AWSOwned(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	portals := []string{
		"app.aws", "portal.amazonaws.com", "portal.amazonaws.com.cn", "app.amazonwebservices.com.cn",
		"portal.amazonaws.eu", "api.amazonwebservices.eu", "awsapps.com", "awsapps.cn",
	}
	exact := []string{
		"identitycenter.amazonaws.com", "identitycenter.amazonaws.com.cn",
		"identitycenter.amazonaws.eu", "identitycenter.us-gov.amazonaws.com",
	}
	under := func(portal string) bool { return host == portal || strings.HasSuffix(host, "."+portal) }
	return slices.ContainsFunc(portals, under) || slices.Contains(exact, host)
}

// The two forms of host that name their region.
var regionInHost = []*regexp.Regexp{
	regexp.MustCompile(`^[^.]+\.portal\.([^.]+)\.(?:app\.aws|app\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)$`),
	regexp.MustCompile(`^[^.]+\.([^.]+)\.portal\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu)$`),
}

// regionOf returns the region that an AWS host names, "" when it names none,
// as d-1234567890.awsapps.com.
func regionOf(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, form := range regionInHost {
		if m := form.FindStringSubmatch(host); m != nil && CheckRegion(m[1]) == nil {
			return m[1]
		}
	}
	return ""
}

// ResolveVanity returns the start URL that AWS knows and its region. A URL of
// AWS's own is its own answer. Any other is asked once, over https and within
// ten seconds, where it redirects to; the one hop must end at AWS.
//
// region is what the host names, else configuredRegion, which may be "".
// Files keep the URL that was typed: only what is sent uses the resolved one.
// The errors are *HintError.
func ResolveVanity(ctx context.Context, hc *http.Client, startURL, configuredRegion string) (resolved, region string, err error) {
	if err := Check(startURL); err != nil {
		return "", "", err
	}
	u, err := url.Parse(startURL)
	if err != nil {
		return "", "", err
	}
	if AWSOwned(u.Hostname()) {
		return startURL, regionOr(u, configuredRegion), nil
	}
	if u.Scheme != "https" {
		return "", "", notAWS(u, "it is not https")
	}
	target, err := redirectOf(ctx, hc, u)
	if err != nil {
		return "", "", err
	}
	if target.Scheme != "https" || target.User != nil || !AWSOwned(target.Hostname()) {
		return "", "", notAWS(u, "it redirects to a host that is not AWS's")
	}
	return normalise(target), regionOr(target, configuredRegion), nil
}

func notAWS(u *url.URL, why string) *HintError {
	return &HintError{
		Message: "the start URL at " + u.Host + " does not lead to AWS: " + why,
		Hint:    "use the AWS access portal URL, which looks like https://my-sso-portal.awsapps.com/start",
	}
}

func regionOr(u *url.URL, configured string) string {
	if region := regionOf(u.Hostname()); region != "" {
		return region
	}
	return configured
}

// redirectOf asks with HEAD, and with GET where HEAD is not known.
func redirectOf(ctx context.Context, hc *http.Client, u *url.URL) (*url.URL, error) {
	status, target, err := ask(ctx, hc, http.MethodHead, u)
	if err == nil && (status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented) {
		status, target, err = ask(ctx, hc, http.MethodGet, u)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, notAWS(u, reason(err))
	}
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, notAWS(u, "it does not redirect")
	}
	if target == nil {
		return nil, notAWS(u, "it redirects to nowhere")
	}
	return target, nil
}

// ask returns the status and where the answer redirects to, nil for nowhere.
func ask(ctx context.Context, hc *http.Client, method string, u *url.URL) (status int, target *url.URL, err error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := careful(hc, 10*time.Second).Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	target, err = resp.Location()
	if err != nil {
		target = nil // none, or none that is a URL
	}
	return resp.StatusCode, target, nil
}

// normalise drops what does not tell one start URL from another: the default
// port, the final slash, query and fragment.
func normalise(u *url.URL) string {
	n := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/")}
	if u.Port() == "443" {
		n.Host = strings.TrimSuffix(u.Host, ":443")
	}
	return n.String()
}
