package awsapi

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"latchkey/internal/awscred"
)

// A CallerIdentity is whose credentials they are.
type CallerIdentity struct {
	UserID, Account, ARN string // raw
}

// GetCallerIdentity asks STS whose credentials they are. The request is signed
// with them; no permission is needed.
func (c *Client) GetCallerIdentity(ctx context.Context, creds awscred.Credentials) (CallerIdentity, error) {
	const operation = "GetCallerIdentity"
	var out *sts.GetCallerIdentityOutput
	err := c.do(ctx, STS, operation, func(ctx context.Context) (err error) {
		out, err = c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, signedWith(creds))
		return err
	})
	if err != nil {
		return CallerIdentity{}, err
	}
	id := CallerIdentity{UserID: str(out.UserId), Account: str(out.Account), ARN: str(out.Arn)}
	return id, c.lacks(STS, operation, []field{{"Account", id.Account != ""}, {"Arn", id.ARN != ""}})
}

func signedWith(creds awscred.Credentials) func(*sts.Options) {
	provider := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal(),
		}, nil
	})
	return func(o *sts.Options) { o.Credentials = provider }
}

// AssumeRoleInput says which role to assume and how. What is "" or zero is left
// out of the request.
type AssumeRoleInput struct {
	RoleARN, SessionName, ExternalID string
	SerialNumber, TokenCode          string // of an MFA device, and what it shows
	Duration                         time.Duration
}

// An AssumedRole is the credentials of a role, and who has assumed it.
type AssumedRole struct {
	awscred.Credentials
	ID, ARN string // of the assumed role; raw
}

// AssumeRole trades credentials for those of a role.
func (c *Client) AssumeRole(ctx context.Context, source awscred.Credentials, in AssumeRoleInput) (AssumedRole, error) {
	const operation = "AssumeRole"
	input := &sts.AssumeRoleInput{
		RoleArn: &in.RoleARN, RoleSessionName: &in.SessionName, ExternalId: optional(in.ExternalID),
		SerialNumber: optional(in.SerialNumber), TokenCode: optional(in.TokenCode),
	}
	if in.Duration > 0 {
		input.DurationSeconds = aws.Int32(int32(in.Duration / time.Second))
	}
	var out *sts.AssumeRoleOutput
	err := c.do(ctx, STS, operation, func(ctx context.Context) (err error) {
		out, err = c.sts.AssumeRole(ctx, input, signedWith(source))
		return err
	})
	if err != nil {
		return AssumedRole{}, err
	}
	return c.assumedRole(operation, out.Credentials, out.AssumedRoleUser)
}

// AssumeRoleWithWebIdentity trades the token of another identity provider for
// credentials of a role. The request is not signed.
func (c *Client) AssumeRoleWithWebIdentity(ctx context.Context, token awscred.Secret, roleARN, sessionName string) (AssumedRole, error) {
	const operation = "AssumeRoleWithWebIdentity"
	var out *sts.AssumeRoleWithWebIdentityOutput
	err := c.do(ctx, STS, operation, func(ctx context.Context) (err error) {
		out, err = c.sts.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: &roleARN, RoleSessionName: &sessionName, WebIdentityToken: aws.String(token.Reveal())})
		return err
	})
	if err != nil {
		return AssumedRole{}, err
	}
	return c.assumedRole(operation, out.Credentials, out.AssumedRoleUser)
}

func (c *Client) assumedRole(operation string, given *types.Credentials, user *types.AssumedRoleUser) (AssumedRole, error) {
	if given == nil {
		given = &types.Credentials{}
	}
	if user == nil {
		user = &types.AssumedRoleUser{}
	}
	role := AssumedRole{ID: str(user.AssumedRoleId), ARN: str(user.Arn)}
	role.Credentials = awscred.Credentials{
		AccessKeyID: str(given.AccessKeyId), SecretAccessKey: secret(given.SecretAccessKey), SessionToken: secret(given.SessionToken),
		Expiration: aws.ToTime(given.Expiration).UTC(), AccountID: accountOf(role.ARN),
	}
	expiration := role.Expiration
	err := c.lacks(STS, operation, []field{
		{"AccessKeyId", role.AccessKeyID != ""},
		{"SecretAccessKey", role.SecretAccessKey != ""},
		{"SessionToken", role.SessionToken != ""},
		{"Expiration", expiration.Year() >= 2000 && expiration.Before(endOfTime())},
	})
	if err != nil {
		return AssumedRole{}, err
	}
	return role, nil
}

// accountOf takes the account out of arn:PARTITION:SERVICE:REGION:ACCOUNT:NAME,
// "" if arn has another form.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[4]
}
