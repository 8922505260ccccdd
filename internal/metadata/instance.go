package metadata

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"latchkey/internal/awscred"
)

const (
	ipv4Endpoint = "http://169.254.169.254/"
	ipv6Endpoint = "http://[fd00:ec2::254]/"

	tokenPath = "latest/api/token"
	rolePath  = "latest/meta-data/iam/security-credentials/"
	tokenTTL  = "21600" // seconds, which botocore asks for
)

// ErrNone means that the instance metadata service, if there is any, has no
// credentials. Most machines are no EC2 instance.
var ErrNone = errors.New("the instance metadata service gave no credentials")

// An Instance is the metadata service of an EC2 instance.
type Instance struct {
	Endpoint   string
	Timeout    time.Duration // of one request
	Attempts   int           // of each request, the first included
	V1Disabled bool          // never to ask without a token
	Now        func() time.Time
}

// InstanceOf reads the settings, the variables before the keys of the profile.
// ok is false where AWS_EC2_METADATA_DISABLED says not to ask at all.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
func InstanceOf(getenv func(string) string, profile func(key string) string) (i Instance, ok bool, err error) {
	setting := func(variable, key string) string { return cmp.Or(getenv(variable), profile(key)) }
	if strings.EqualFold(getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return i, false, nil
	}
	i.Now = time.Now
	i.V1Disabled = strings.EqualFold(setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"), "true")
	seconds, err1 := number("AWS_METADATA_SERVICE_TIMEOUT", setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"))
	i.Timeout = time.Duration(seconds) * time.Second
	attempts, err2 := number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"))
	i.Attempts = attempts
	endpoint, err3 := instanceEndpoint(setting)
	i.Endpoint = endpoint
	return i, true, cmp.Or(err1, err2, err3)
}

// number is 1 unless something else is set.
func number(name, text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 16)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s must be a number of 1 or more, not %q", name, text)
	}
	return int(n), nil
}

// instanceEndpoint ends in a slash.
func instanceEndpoint(setting func(variable, key string) string) (string, error) {
	mode := strings.ToLower(setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"))
	if mode == "" && strings.EqualFold(setting("AWS_IMDS_USE_IPV6", "imds_use_ipv6"), "true") {
		mode = "ipv6"
	}
	if mode != "" && mode != "ipv4" && mode != "ipv6" {
		return "", fmt.Errorf("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be ipv4 or ipv6, not %q", mode)
	}
	if named := setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"); named != "" {
		u, err := url.Parse(named)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", errors.New("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL of http or https")
		}
		return strings.TrimSuffix(named, "/") + "/", nil
	}
	if mode == "ipv6" {
		return ipv6Endpoint, nil
	}
	return ipv4Endpoint, nil
}

// Credentials asks for those of the instance's role. An error that is ErrNone
// says why there are none; anything else is an *Error.
func (i Instance) Credentials(ctx context.Context) (awscred.Credentials, error) {
	got, err := i.credentials(ctx)
	switch {
	case ctx.Err() != nil:
		return awscred.Credentials{}, ctx.Err()
	case errors.Is(err, errV1Disabled):
		return awscred.Credentials{}, &Error{"the instance metadata service", hostOf(i.Endpoint), err}
	case err != nil:
		return awscred.Credentials{}, fmt.Errorf("%w: %w", ErrNone, err)
	}
	got.Expiration = i.extended(got.Expiration)
	return got, nil
}

func (i Instance) credentials(ctx context.Context) (awscred.Credentials, error) {
	client := newClient(i.Timeout)
	token, err := i.token(ctx, client)
	if err != nil {
		return awscred.Credentials{}, err
	}
	role, err := i.get(ctx, client, token, rolePath, notEmpty)
	if err != nil {
		return awscred.Credentials{}, err
	}
	name := strings.TrimSpace(string(role.body))
	a, err := i.get(ctx, client, token, rolePath+url.PathEscape(name), whole)
	if err != nil {
		return awscred.Credentials{}, err
	}
	g, err := a.given()
	if err != nil {
		return awscred.Credentials{}, err
	}
	return g.credentials()
}

var errV1Disabled = errors.New("it gave no token, and asking without one (IMDSv1) is disabled")

// token is what the other requests show. It is "" where the service does not
// know of tokens, or does not let them through so many hops: then it may still
// answer without.
func (i Instance) token(ctx context.Context, client *http.Client) (awscred.Secret, error) {
	for range i.Attempts {
		header := http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {tokenTTL}}
		a, err := ask(ctx, client, http.MethodPut, i.Endpoint+tokenPath, header)
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case err == nil && a.status == http.StatusOK && len(a.body) > 0:
			return awscred.Secret(a.body), nil
		case err == nil && a.status == http.StatusBadRequest:
			return "", a.refused()
		case err == nil && (a.status == http.StatusForbidden || a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed),
			slowAnswer(err):
			return i.without()
		}
	}
	return i.without()
}

func (i Instance) without() (awscred.Secret, error) {
	if i.V1Disabled {
		return "", errV1Disabled
	}
	return "", nil
}

// get asks until there is an answer that check takes.
func (i Instance) get(ctx context.Context, client *http.Client, token awscred.Secret, path string, check func(answer) error) (a answer, err error) {
	for range i.Attempts {
		header := http.Header{}
		if token != "" {
			header.Set("X-Aws-Ec2-Metadata-Token", token.Reveal())
		}
		a, err = ask(ctx, client, http.MethodGet, i.Endpoint+path, header)
		if err == nil && a.status != http.StatusOK {
			err = a.refused()
		}
		if err == nil {
			err = check(a)
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return a, err
}

func notEmpty(a answer) error {
	if len(a.body) == 0 {
		return errors.New("the answer is empty")
	}
	return nil
}

func whole(a answer) error {
	_, err := a.given()
	return err
}

// extended is the end that is told on. A service that is ill hands out
// credentials that have ended or soon will, and AWS takes them for longer then:
// they count for a quarter of an hour and some minutes, so that not all
// machines ask again in the same one.
func (i Instance) extended(expiration time.Time) time.Time {
	longer := i.Now().Add(15*time.Minute + time.Duration(120+rand.IntN(481))*time.Second)
	if expiration.After(longer) {
		return expiration
	}
	return longer.Truncate(time.Second).UTC()
}
