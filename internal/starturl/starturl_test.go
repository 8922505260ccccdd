package starturl_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"latchkey/internal/starturl"
)

func TestCheck(t *testing.T) {
	for _, raw := range []string{
		"https://my-sso-portal.awsapps.com/start", "https://d-1234567890.awsapps.com/start#/", "https://D-1.AWSAPPS.COM./start/",
		"https://ssoins-1234567890abcdef.portal.us-east-1.app.aws", "https://center.example.com:8443/start",
		"http://127.0.0.1:8080/start", "http://localhost/start", "http://[::1]:8080/start", "https://[2001:db8::1]/start",
		"https://xn--bcher-kva.example/start",
	} {
		if err := starturl.Check(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                     "empty",
		"my-sso-portal":                        "not a URL",
		"my-sso-portal.awsapps.com/start":      "not a URL",
		"https:my-sso-portal.awsapps.com":      "not a URL",
		"https://":                             "not a URL",
		"http://center.example.com/start":      "uses http",
		"http://127.0.0.1.example.com/start":   "uses http",
		"http://localhost.example.com/start":   "uses http",
		"ftp://my-sso-portal.awsapps.com":      "must begin with https",
		"javascript://my-sso-portal/%0aalert":  "must begin with https",
		"file:///etc/passwd":                   "not a URL",
		"https://user@my-sso-portal.example":   "user name",
		"https://my_portal.example.com":        "not a host name",
		"https://-a.example.com":               "not a host name",
		"https://a-.example.com":               "not a host name",
		"https://a..example.com":               "not a host name",
		"https://bücher.example":               "not a host name",
		"https://a.example.com:/start":         "not a host name",
		"https://[fe80::1%25eth0]/start":       "not a host name",
		"https://a.example.com/st art":         "space or a control",
		"https://a.example.com/\x1b[2J":        "space or a control",
		"https://a.example.com\n[default]":     "space or a control",
		" https://a.example.com":               "space or a control",
		"https://" + strings.Repeat("a", 64):   "not a host name",
		"https://" + strings.Repeat("a.", 130): "not a host name",
	} {
		checkHint(t, raw, starturl.Check(raw), want)
	}
}

// checkHint holds err to a *HintError that says want, and both to one clean
// line.
func checkHint(t *testing.T, name string, err error, want string) {
	t.Helper()
	h, ok := errors.AsType[*starturl.HintError](err)
	if !ok || !strings.Contains(h.Message, want) || h.Hint == "" {
		t.Errorf("%q: got %#v, want %q and a hint", name, err, want)
		return
	}
	for _, s := range []string{h.Message, h.Hint} {
		if strings.ContainsAny(s, "\n\x1b") || strings.HasSuffix(s, ".") {
			t.Errorf("%q: message %q", name, s)
		}
	}
}

func TestCheckRegion(t *testing.T) {
	for _, region := range append(starturl.KnownRegions(), "cn-north-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "xx-foo-1", "mx-central-12") {
		if err := starturl.CheckRegion(region); err != nil {
			t.Errorf("%s: %v", region, err)
		}
	}
	for region, want := range map[string]string{
		"": "empty", "mars": "not a region", "us-east": "not a region", "US-EAST-1": "not a region", "us-east-1.evil.com": "not a region",
		"us-east-1/": "not a region", "us-east-1@evil": "not a region", "us-east-1\n": "not a region", "-us-east-1": "not a region",
		"us--east-1": "not a region", "us-east-1#": "not a region", "us-éast-1": "not a region", "us-east-\x1b[2J1": "not a region",
		strings.Repeat("a", 300) + "-b-1": "not a region",
	} {
		checkHint(t, region, starturl.CheckRegion(region), want)
	}
}

func TestRegionThatWasMeant(t *testing.T) {
	for _, region := range []string{"US-EAST-1", "us_east_1", "useast1", "us-east1", " us-east-1"} {
		h, ok := errors.AsType[*starturl.HintError](starturl.CheckRegion(region))
		if !ok || h.Hint != "did you mean us-east-1?" {
			t.Errorf("%q: %+v", region, h)
		}
	}
}

func TestKnownRegions(t *testing.T) {
	regions := starturl.KnownRegions()
	if len(regions) != 34 || !slices.IsSorted(regions) {
		t.Errorf("%d regions, sorted %v; the AWS CLI offers 34", len(regions), slices.IsSorted(regions))
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "0.0.0.0": false, "10.0.0.1": false, "2130706433": false, "127.1": false,
	} {
		if got := starturl.Loopback(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("https://my-sso-portal.awsapps.com/start")
	f.Add("http://[::1]:80/\x00")
	f.Fuzz(func(t *testing.T, raw string) {
		if starturl.Check(raw) == nil && strings.ContainsAny(raw, "\r\n\t \x00\x1b") {
			t.Errorf("%q passes", raw)
		}
	})
}
