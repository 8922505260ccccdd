package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

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
	signer := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal(),
		}, nil
	})
	var out *sts.GetCallerIdentityOutput
	err := c.do(ctx, STS, operation, func(ctx context.Context) (err error) {
		out, err = c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.Credentials = signer })
		return err
	})
	if err != nil {
		return CallerIdentity{}, err
	}
	id := CallerIdentity{UserID: str(out.UserId), Account: str(out.Account), ARN: str(out.Arn)}
	return id, c.lacks(STS, operation, []field{{"Account", id.Account != ""}, {"Arn", id.ARN != ""}})
}
