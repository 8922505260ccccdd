package awsapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awsapi"
)

// env makes a lookup function of NAME=VALUE words.
func env(words string) func(string) string {
	values := map[string]string{}
	for word := range strings.FieldsSeq(words) {
		name, value, _ := strings.Cut(word, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

func TestResolveEndpoints(t *testing.T) {
	all := func(u string) awsapi.Endpoints { return awsapi.Endpoints{SSO: u, SSOOIDC: u, STS: u} }
	tests := []struct {
		name, env, flag, profile, services string
		want                               awsapi.Endpoints
	}{
		{name: "none"},
		{name: "flag wins", flag: "https://flag", env: "AWS_ENDPOINT_URL_SSO=https://a AWS_ENDPOINT_URL=https://b", want: all("https://flag")},
		{name: "variable of each service", env: "AWS_ENDPOINT_URL_SSO=https://a AWS_ENDPOINT_URL_SSO_OIDC=https://b AWS_ENDPOINT_URL_STS=https://c AWS_ENDPOINT_URL=https://d",
			want: awsapi.Endpoints{SSO: "https://a", SSOOIDC: "https://b", STS: "https://c"}},
		{name: "variable for all wins over the file", env: "AWS_ENDPOINT_URL=https://d", services: "sso=https://s", want: all("https://d")},
		{name: "services section, then profile", services: "sso=https://s sso_oidc=https://o", profile: "endpoint_url=https://p",
			want: awsapi.Endpoints{SSO: "https://s", SSOOIDC: "https://o", STS: "https://p"}},
		{name: "ignored by variable", env: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE AWS_ENDPOINT_URL=https://d", profile: "endpoint_url=https://p"},
		{name: "ignored by profile", env: "AWS_ENDPOINT_URL=https://d", profile: "ignore_configured_endpoint_urls=true"},
		{name: "the flag is not ignored", env: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", flag: "https://flag", want: all("https://flag")},
		{name: "variable says no, profile yes", env: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false AWS_ENDPOINT_URL=https://d", profile: "ignore_configured_endpoint_urls=true", want: all("https://d")},
		{name: "http on loopback", env: "AWS_ENDPOINT_URL=http://127.0.0.1:8080", want: all("http://127.0.0.1:8080")},
		{name: "http on loopback, by name and IPv6", env: "AWS_ENDPOINT_URL_SSO=http://localhost:1 AWS_ENDPOINT_URL_SSO_OIDC=http://[::1]:2",
			want: awsapi.Endpoints{SSO: "http://localhost:1", SSOOIDC: "http://[::1]:2"}},
	}
	for _, tt := range tests {
		got, err := awsapi.ResolveEndpoints(env(tt.env), tt.flag, env(tt.profile), env(tt.services))
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

func TestResolveEndpointsRefuses(t *testing.T) {
	for url, want := range map[string]string{
		"http://center.example.com":       "AWS_ENDPOINT_URL must begin with https://",
		"http://127.0.0.1.example.com":    "AWS_ENDPOINT_URL must begin with https://",
		"ftp://127.0.0.1":                 "AWS_ENDPOINT_URL must begin with https://",
		"https://user:secret@example.com": "AWS_ENDPOINT_URL must be a plain address",
		"https://example.com?x=secret":    "AWS_ENDPOINT_URL must be a plain address",
		"example.com":                     "AWS_ENDPOINT_URL is not a URL",
		"https://secret%zz":               "AWS_ENDPOINT_URL is not a URL",
	} {
		_, err := awsapi.ResolveEndpoints(env("AWS_ENDPOINT_URL="+url), "", env(""), env(""))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want %s", url, err, want)
		}
	}
}

// The hosts are those of AWS's endpoint rule sets, found without a network.
func TestEndpointsOfPartitions(t *testing.T) {
	tests := []struct{ region, plain, fips, dual, both string }{
		{"us-east-1", "portal.sso.us-east-1.amazonaws.com", "portal.sso-fips.us-east-1.amazonaws.com",
			"portal.sso.us-east-1.api.aws", "portal.sso-fips.us-east-1.api.aws"},
		{"cn-north-1", "portal.sso.cn-north-1.amazonaws.com.cn", "portal.sso-fips.cn-north-1.amazonaws.com.cn",
			"portal.sso.cn-north-1.api.amazonwebservices.com.cn", "portal.sso-fips.cn-north-1.api.amazonwebservices.com.cn"},
		{"us-gov-west-1", "portal.sso.us-gov-west-1.amazonaws.com", "portal.sso.us-gov-west-1.amazonaws.com",
			"portal.sso.us-gov-west-1.api.aws", "portal.sso-fips.us-gov-west-1.api.aws"},
		{"eusc-de-east-1", "portal.sso.eusc-de-east-1.amazonaws.eu", "portal.sso-fips.eusc-de-east-1.amazonaws.eu",
			"portal.sso.eusc-de-east-1.api.amazonwebservices.eu", "portal.sso-fips.eusc-de-east-1.api.amazonwebservices.eu"},
		{"us-iso-east-1", "portal.sso.us-iso-east-1.c2s.ic.gov", "portal.sso-fips.us-iso-east-1.c2s.ic.gov",
			"portal.sso.us-iso-east-1.api.aws.ic.gov", "portal.sso-fips.us-iso-east-1.api.aws.ic.gov"},
		{"xx-foo-1", "portal.sso.xx-foo-1.amazonaws.com", "portal.sso-fips.xx-foo-1.amazonaws.com",
			"portal.sso.xx-foo-1.api.aws", "portal.sso-fips.xx-foo-1.api.aws"},
	}
	for _, tt := range tests {
		for _, variant := range []struct {
			fips, dual bool
			want       string
		}{{false, false, tt.plain}, {true, false, tt.fips}, {false, true, tt.dual}, {true, true, tt.both}} {
			c := awsapi.New(awsapi.Config{Region: tt.region, FIPS: variant.fips, DualStack: variant.dual})
			if got := c.Endpoint(awsapi.SSO); got != "https://"+variant.want {
				t.Errorf("portal in %s, fips %v, dual-stack %v: %s, want %s", tt.region, variant.fips, variant.dual, got, variant.want)
			}
			oidc := strings.Replace(variant.want, "portal.sso", "oidc", 1)
			if got := c.Endpoint(awsapi.SSOOIDC); got != "https://"+oidc {
				t.Errorf("oidc in %s, fips %v, dual-stack %v: %s, want %s", tt.region, variant.fips, variant.dual, got, oidc)
			}
		}
	}
}

func TestEndpointOfOverride(t *testing.T) {
	c := awsapi.New(awsapi.Config{Region: "us-east-1", FIPS: true, DualStack: true, Endpoints: awsapi.Endpoints{SSO: "http://127.0.0.1:8080"}})
	if got := c.Endpoint(awsapi.SSO); got != "http://127.0.0.1:8080" {
		t.Errorf("override with switches: %q", got)
	}
	if got := awsapi.New(awsapi.Config{}).Endpoint(awsapi.STS); got != "https://sts.us-east-1.amazonaws.com" {
		t.Errorf("STS without region: %q", got)
	}
}

// A region that would lead elsewhere is refused before anything is sent.
func TestRegionsThatLeadElsewhere(t *testing.T) {
	for _, region := range []string{"", "us-east-1.evil.com", "evil.com/", "a@b", "us-east-1#", "us east 1", "us-east-1\n"} {
		c := awsapi.New(awsapi.Config{Region: region})
		if got := c.Endpoint(awsapi.SSO); got != "" {
			t.Errorf("region %q leads to %s", region, got)
		}
		if _, err := c.ListAccounts(t.Context(), "AT"); err == nil {
			t.Errorf("region %q: no error", region)
		}
	}
}

func TestResolveSwitches(t *testing.T) {
	for _, tt := range []struct {
		env, profile string
		fips, dual   bool
	}{
		{"", "", false, false},
		{"AWS_USE_FIPS_ENDPOINT=True", "use_dualstack_endpoint=true", true, true},
		{"AWS_USE_FIPS_ENDPOINT=false AWS_USE_DUALSTACK_ENDPOINT=1", "use_fips_endpoint=true", false, false},
	} {
		fips, dual := awsapi.ResolveSwitches(env(tt.env), env(tt.profile))
		if fips != tt.fips || dual != tt.dual {
			t.Errorf("%q, %q: %v, %v", tt.env, tt.profile, fips, dual)
		}
	}
}

func TestResolveRetry(t *testing.T) {
	for _, tt := range []struct {
		env, profile string
		attempts     int
		mode         string
		ok           bool
	}{
		{"", "", 0, "", true},
		{"AWS_MAX_ATTEMPTS=5 AWS_RETRY_MODE=Adaptive", "max_attempts=2", 5, "adaptive", true},
		{"", "max_attempts=2 retry_mode=standard", 2, "standard", true},
		{"AWS_MAX_ATTEMPTS=0", "", 0, "", false},
		{"AWS_MAX_ATTEMPTS=many", "", 0, "", false},
		{"AWS_RETRY_MODE=never", "", 0, "", false},
	} {
		attempts, mode, err := awsapi.ResolveRetry(env(tt.env), env(tt.profile))
		if attempts != tt.attempts || mode != tt.mode || (err == nil) != tt.ok {
			t.Errorf("%q, %q: %d, %q, %v", tt.env, tt.profile, attempts, mode, err)
		}
	}
}

func TestResolveCABundle(t *testing.T) {
	variables, profile := env("AWS_CA_BUNDLE=env REQUESTS_CA_BUNDLE=requests"), env("ca_bundle=profile")
	for want, got := range map[string]string{
		"flag":     awsapi.ResolveCABundle(variables, "flag", profile),
		"env":      awsapi.ResolveCABundle(variables, "", profile),
		"profile":  awsapi.ResolveCABundle(env("REQUESTS_CA_BUNDLE=requests"), "", profile),
		"requests": awsapi.ResolveCABundle(env("REQUESTS_CA_BUNDLE=requests"), "", env("")),
		"":         awsapi.ResolveCABundle(env(""), "", env("")),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
