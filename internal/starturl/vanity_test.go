package starturl_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"latchkey/internal/starturl"
)

func TestAWSOwned(t *testing.T) {
	for host, want := range map[string]bool{
		"my-sso-portal.awsapps.com": true, "awsapps.com": true, "AWSAPPS.COM.": true, "x.awsapps.cn": true,
		"ssoins-1.portal.us-east-1.app.aws": true, "app.aws": true, "x.us-east-1.portal.amazonaws.com": true,
		"x.cn-north-1.portal.amazonaws.com.cn": true, "x.portal.cn-north-1.app.amazonwebservices.com.cn": true,
		"x.eusc-de-east-1.portal.amazonaws.eu": true, "x.portal.eusc-de-east-1.api.amazonwebservices.eu": true,
		"identitycenter.amazonaws.com": true, "identitycenter.amazonaws.com.cn": true, "identitycenter.amazonaws.eu": true,
		"identitycenter.us-gov.amazonaws.com": true,
		"evilawsapps.com":                     false, "awsapps.com.evil.com": false, "x.identitycenter.amazonaws.com": false,
		"amazonaws.com": false, "sso.example.com": false, "": false, "127.0.0.1": false, "myapp.aws": false,
	} {
		if got := starturl.AWSOwned(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

// hop answers every request with status and Location, except those of methods
// that it does not know.
func hop(status int, location string, unknown ...string) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		if strings.Contains(strings.Join(unknown, " "), r.Method) {
			w.WriteHeader(http.StatusMethodNotAllowed)
		} else {
			w.Header().Set("Location", location)
			w.WriteHeader(status)
		}
		resp := w.Result()
		resp.Request = r
		return resp, nil
	})}
}

func TestResolveVanity(t *testing.T) {
	const vanity = "https://sso.example.com/start"
	tests := []struct {
		name, typed     string
		client          *http.Client
		resolved, found string
	}{
		{"AWS's own, no region in it", "https://d-1.awsapps.com/start#/", nil, "https://d-1.awsapps.com/start#/", "eu-west-1"},
		{"AWS's own with its region", "https://x.portal.us-east-2.app.aws", nil, "https://x.portal.us-east-2.app.aws", "us-east-2"},
		{"301", vanity, hop(301, "https://d-1.awsapps.com/start/?a=b#/c"), "https://d-1.awsapps.com/start", "eu-west-1"},
		{"308, default port", vanity, hop(308, "https://x.us-west-2.portal.amazonaws.com:443/"), "https://x.us-west-2.portal.amazonaws.com", "us-west-2"},
		{"HEAD unknown", vanity, hop(302, "https://x.cn-north-1.portal.amazonaws.com.cn/start", "HEAD"), "https://x.cn-north-1.portal.amazonaws.com.cn/start", "cn-north-1"},
		{"a region that is none", vanity, hop(302, "https://x.portal.mars.app.aws/"), "https://x.portal.mars.app.aws", "eu-west-1"},
	}
	for _, tt := range tests {
		resolved, region, err := starturl.ResolveVanity(t.Context(), tt.client, tt.typed, "eu-west-1")
		if resolved != tt.resolved || region != tt.found || err != nil {
			t.Errorf("%s: %q, %q, %v", tt.name, resolved, region, err)
		}
	}
}

func TestResolveVanityRefuses(t *testing.T) {
	const vanity = "https://sso.example.com/start"
	down := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") })}
	for _, tt := range []struct {
		name, typed string
		client      *http.Client
		want        string
	}{
		{"not a URL", "sso", nil, "not a URL"},
		{"http", "http://127.0.0.1/start", nil, "it is not https"},
		{"a page", vanity, hop(200, ""), "does not redirect"},
		{"300", vanity, hop(300, "https://d-1.awsapps.com/start"), "does not redirect"},
		{"nowhere", vanity, hop(302, ""), "redirects to nowhere"},
		{"itself", vanity, hop(302, "/start/"), "not AWS's"},
		{"elsewhere", vanity, hop(302, "https://awsapps.com.evil.com/start"), "not AWS's"},
		{"AWS by http", vanity, hop(302, "http://d-1.awsapps.com/start"), "not AWS's"},
		{"with a user", vanity, hop(302, "https://evil@d-1.awsapps.com/start"), "not AWS's"},
		{"neither method", vanity, hop(302, "https://d-1.awsapps.com", "HEAD", "GET"), "does not redirect"},
		{"down", vanity, down, "no route"},
	} {
		_, _, err := starturl.ResolveVanity(t.Context(), tt.client, tt.typed, "eu-west-1")
		checkHint(t, tt.name, err, tt.want)
	}
}
