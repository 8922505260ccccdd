package awsapi

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"latchkey/internal/starturl"
)

// Endpoints are base URLs in place of AWS's own; "" leaves AWS's.
type Endpoints struct{ SSO, SSOOIDC, STS string }

func (e Endpoints) of(s Service) string {
	return map[Service]string{SSO: e.SSO, SSOOIDC: e.SSOOIDC, STS: e.STS}[s]
}

// ResolveEndpoints finds the overrides in the AWS CLI's order: flag, the
// variable of the service, AWS_ENDPOINT_URL, the services section of the
// profile, endpoint_url of the profile. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS and
// ignore_configured_endpoint_urls leave only the flag.
//
// getenv looks a variable up; profile a key of the profile, service the
// endpoint_url of a service in the profile's services section, both "" for
// none. An override that would carry secrets in the clear is an error.
func ResolveEndpoints(getenv func(string) string, flag string, profile func(key string) string, service func(id string) string) (Endpoints, error) {
	ignored := isTrue(cmp.Or(getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), profile("ignore_configured_endpoint_urls")))
	find := func(s Service) (string, error) {
		candidates := []override{
			{"--endpoint-url", flag},
			{envName(s), getenv(envName(s))},
			{"AWS_ENDPOINT_URL", getenv("AWS_ENDPOINT_URL")},
			{"endpoint_url of " + string(s) + " in the services section", service(string(s))},
			{"endpoint_url of the profile", profile("endpoint_url")},
		}
		if ignored {
			candidates = candidates[:1]
		}
		return firstOverride(candidates)
	}
	sso, err1 := find(SSO)
	oidc, err2 := find(SSOOIDC)
	sts, err3 := find(STS)
	return Endpoints{SSO: sso, SSOOIDC: oidc, STS: sts}, cmp.Or(err1, err2, err3)
}

func envName(s Service) string { return "AWS_ENDPOINT_URL_" + strings.ToUpper(string(s)) }

// An override is a base URL and the name of what it was read from.
type override struct{ source, value string }

func firstOverride(candidates []override) (string, error) {
	for _, c := range candidates {
		if c.value != "" {
			return c.value, c.check()
		}
	}
	return "", nil
}

// check holds overrides to https, or http to this machine. Nothing of the
// value is repeated: it may hold a password.
func (o override) check() error {
	u, err := url.Parse(o.value)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%s is not a URL", o.source)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%s must be a plain address, without user name, query or fragment", o.source)
	case u.Scheme == "https", u.Scheme == "http" && starturl.Loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%s must begin with https://, or with http:// when the host is this machine", o.source)
}

// ResolveSwitches finds the FIPS and dual-stack switches: the variables
// AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, else the profile's keys
// of the same names in lower case.
func ResolveSwitches(getenv func(string) string, profile func(key string) string) (fips, dualStack bool) {
	fips = isTrue(cmp.Or(getenv("AWS_USE_FIPS_ENDPOINT"), profile("use_fips_endpoint")))
	dualStack = isTrue(cmp.Or(getenv("AWS_USE_DUALSTACK_ENDPOINT"), profile("use_dualstack_endpoint")))
	return fips, dualStack
}

// isTrue is botocore's reading of a boolean: true in any case, all else false.
func isTrue(s string) bool { return strings.EqualFold(s, "true") }

// ResolveRetry finds the attempts and the retry mode: AWS_MAX_ATTEMPTS and
// AWS_RETRY_MODE, else max_attempts and retry_mode of the profile; 0 and ""
// for the defaults.
func ResolveRetry(getenv func(string) string, profile func(key string) string) (maxAttempts int, mode string, err error) {
	mode = strings.ToLower(cmp.Or(getenv("AWS_RETRY_MODE"), profile("retry_mode")))
	switch mode {
	case "", "standard", "adaptive", "legacy":
	default:
		return 0, "", fmt.Errorf("the retry mode must be standard or adaptive, not %q", mode)
	}
	attempts := cmp.Or(getenv("AWS_MAX_ATTEMPTS"), profile("max_attempts"))
	if attempts == "" {
		return 0, mode, nil
	}
	maxAttempts, err = strconv.Atoi(attempts)
	if err != nil || maxAttempts < 1 {
		return 0, "", fmt.Errorf("the number of attempts must be 1 or more, not %q", attempts)
	}
	return maxAttempts, mode, nil
}
