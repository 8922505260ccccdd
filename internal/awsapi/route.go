package awsapi

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"latchkey/internal/starturl"
)

// A Service is one of the three services, named as in a services section of
// ~/.aws/config.
type Service string

// The services that a Client calls.
const (
	SSO     Service = "sso"      // the access portal
	SSOOIDC Service = "sso_oidc" // registration and tokens
	STS     Service = "sts"
)

// Endpoint returns the base URL that calls to the service go to, "" when the
// region cannot be part of a host name.
func (c *Client) Endpoint(s Service) string {
	u, err := c.config.route(s).resolve()
	if err != nil {
		return ""
	}
	return u.String()
}

// A route is the way to one service. With an override the FIPS and dual-stack
// switches are off: the AWS CLI lets the override win where the SDK's rules
// refuse the combination.
type route struct {
	service         Service
	region          string
	override        *string
	fips, dualStack bool
}

func (c Config) route(s Service) route {
	r := route{service: s, region: c.Region, fips: c.FIPS, dualStack: c.DualStack}
	if s == STS && r.region == "" {
		r.region = "us-east-1"
	}
	if base := c.Endpoints.of(s); base != "" {
		r.override, r.fips, r.dualStack = &base, false, false
		if r.region == "" {
			r.region = "us-east-1" // not used for the host, but the rules ask for one
		}
	}
	return r
}

func (r route) fipsState() aws.FIPSEndpointState {
	if r.fips {
		return aws.FIPSEndpointStateEnabled
	}
	return aws.FIPSEndpointStateDisabled
}

func (r route) dualStackState() aws.DualStackEndpointState {
	if r.dualStack {
		return aws.DualStackEndpointStateEnabled
	}
	return aws.DualStackEndpointStateDisabled
}

// check refuses a region that would lead to a host which is not AWS's.
func (r route) check() error {
	if r.override != nil {
		return nil
	}
	return starturl.CheckRegion(r.region)
}

// resolve asks the SDK's rule set, offline, for the base URL.
func (r route) resolve() (url.URL, error) {
	if err := r.check(); err != nil {
		return url.URL{}, err
	}
	ctx := context.Background()
	switch r.service {
	case SSO:
		e, err := sso.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sso.EndpointParameters{
			Region: &r.region, UseFIPS: &r.fips, UseDualStack: &r.dualStack, Endpoint: r.override})
		return e.URI, err
	case SSOOIDC:
		e, err := ssooidc.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, ssooidc.EndpointParameters{
			Region: &r.region, UseFIPS: &r.fips, UseDualStack: &r.dualStack, Endpoint: r.override})
		return e.URI, err
	case STS:
		e, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sts.EndpointParameters{
			Region: &r.region, UseFIPS: &r.fips, UseDualStack: &r.dualStack, Endpoint: r.override})
		return e.URI, err
	}
	return url.URL{}, fmt.Errorf("no service is called %q", r.service)
}
