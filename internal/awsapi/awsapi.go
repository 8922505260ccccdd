// Package awsapi owns the calls to AWS: SSO OIDC (registration, device codes,
// tokens), the access portal (accounts, roles, role credentials, logout) and
// STS GetCallerIdentity. It is the only importer of the AWS SDK, whose service
// clients it builds without the SDK's config package: endpoints, proxies, CA
// bundle, retries and limits are decided here, from values handed in.
//
// It leaves to others which profile is meant (awsconfig), what a token is good
// for (session) and what a person is told (cli). It keeps nothing and logs no
// secret.
package awsapi

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Config says where calls go and how.
type Config struct {
	Region      string    // sso_region for OIDC and portal; region for STS, where "" means us-east-1
	Endpoints   Endpoints // base URLs in place of AWS's own, from ResolveEndpoints
	FIPS        bool
	DualStack   bool
	HTTP        *http.Client                     // from NewHTTPClient
	MaxAttempts int                              // tries of one call, the first included; 0: 3
	RetryMode   string                           // "adaptive", or anything else for standard
	Log         func(format string, args ...any) // a line a request, without secrets; nil: none
}

// A Client calls the three services of one region.
type Client struct {
	config Config
	oidc   *ssooidc.Client
	portal *sso.Client
	sts    *sts.Client
}

// New returns a Client. Nothing is sent before the first call.
func New(c Config) *Client {
	oidc, portal, identity := c.route(SSOOIDC), c.route(SSO), c.route(STS)
	// The name is seen by the operator of the service, in the User-Agent.
	const app = "latchkey"
	return &Client{
		config: c,
		oidc: ssooidc.New(ssooidc.Options{
			Region: oidc.region, BaseEndpoint: oidc.override, AppID: app,
			EndpointOptions: ssooidc.EndpointResolverOptions{UseFIPSEndpoint: oidc.fipsState(), UseDualStackEndpoint: oidc.dualStackState()},
			HTTPClient:      c.sender(SSOOIDC), Retryer: c.retryer(),
		}),
		portal: sso.New(sso.Options{
			Region: portal.region, BaseEndpoint: portal.override, AppID: app,
			EndpointOptions: sso.EndpointResolverOptions{UseFIPSEndpoint: portal.fipsState(), UseDualStackEndpoint: portal.dualStackState()},
			HTTPClient:      c.sender(SSO), Retryer: c.retryer(),
		}),
		sts: sts.New(sts.Options{
			Region: identity.region, BaseEndpoint: identity.override, AppID: app,
			EndpointOptions: sts.EndpointResolverOptions{UseFIPSEndpoint: identity.fipsState(), UseDualStackEndpoint: identity.dualStackState()},
			HTTPClient:      c.sender(STS), Retryer: c.retryer(),
		}),
	}
}

// retryer is the SDK's standard policy, three attempts unless told otherwise,
// which also tries again after a 429 of any code. An answer that will be the
// same next time says so itself (UnreachableError.RetryableError).
func (c Config) retryer() aws.Retryer {
	standard := func(o *retry.StandardOptions) {
		o.MaxAttempts = c.MaxAttempts
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{
			Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
	}
	if c.RetryMode == "adaptive" {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, standard)
		})
	}
	return retry.NewStandard(standard)
}
