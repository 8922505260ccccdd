package awsapi

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sso/types"

	"latchkey/internal/awscred"
)

// An Account is one that the signed-in person may use.
type Account struct {
	ID    string // twelve digits at AWS; raw
	Name  string // raw, may be ""
	Email string // raw, may be ""
}

// A Role is one that the signed-in person may use in an account.
type Role struct {
	Name      string // raw
	AccountID string // raw
}

const (
	pageSize   = 100     // the most that the service allows
	maxPages   = 1_000   // of one listing
	maxEntries = 100_000 // of one listing
)

// Ways in which a listing does not end.
var (
	errSamePage = errors.New("the listing does not end: it names a page twice")
	errTooLong  = errors.New("the listing is too long")
)

// ListAccounts returns every account of the person whose token it is, in the
// service's order.
func (c *Client) ListAccounts(ctx context.Context, token awscred.Secret) ([]Account, error) {
	const operation = "ListAccounts"
	return list(c, operation, func(next *string) ([]Account, *string, error) {
		var out *sso.ListAccountsOutput
		err := c.do(ctx, SSO, operation, func(ctx context.Context) (err error) {
			out, err = c.portal.ListAccounts(ctx, &sso.ListAccountsInput{
				AccessToken: aws.String(token.Reveal()), MaxResults: aws.Int32(pageSize), NextToken: next})
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		accounts := make([]Account, 0, len(out.AccountList))
		for _, a := range out.AccountList {
			accounts = append(accounts, Account{ID: str(a.AccountId), Name: str(a.AccountName), Email: str(a.EmailAddress)})
		}
		return accounts, out.NextToken, c.lacks(SSO, operation, eachNamed("accountId", accounts, func(a Account) string { return a.ID }))
	})
}

// ListAccountRoles returns every role of the person in one account, in the
// service's order.
func (c *Client) ListAccountRoles(ctx context.Context, token awscred.Secret, accountID string) ([]Role, error) {
	const operation = "ListAccountRoles"
	return list(c, operation, func(next *string) ([]Role, *string, error) {
		var out *sso.ListAccountRolesOutput
		err := c.do(ctx, SSO, operation, func(ctx context.Context) (err error) {
			out, err = c.portal.ListAccountRoles(ctx, &sso.ListAccountRolesInput{
				AccessToken: aws.String(token.Reveal()), AccountId: &accountID, MaxResults: aws.Int32(pageSize), NextToken: next})
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		roles := make([]Role, 0, len(out.RoleList))
		for _, r := range out.RoleList {
			roles = append(roles, Role{Name: str(r.RoleName), AccountID: str(r.AccountId)})
		}
		return roles, out.NextToken, c.lacks(SSO, operation, eachNamed("roleName", roles, func(r Role) string { return r.Name }))
	})
}

// list follows a listing to its end. A service that names a page a second time
// would be followed for ever.
func list[T any](c *Client, operation string, page func(next *string) ([]T, *string, error)) ([]T, error) {
	var all []T
	var next *string
	seen := map[string]bool{}
	for range maxPages {
		items, following, err := page(next)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if str(following) == "" {
			return all, nil
		}
		if seen[*following] {
			return nil, c.foreign(SSO, operation, errSamePage)
		}
		if len(all) >= maxEntries {
			break
		}
		seen[*following], next = true, following
	}
	return nil, c.foreign(SSO, operation, errTooLong)
}

func eachNamed[T any](name string, items []T, get func(T) string) []field {
	fields := make([]field, 0, len(items))
	for _, item := range items {
		fields = append(fields, field{name, get(item) != ""})
	}
	return fields
}

// GetRoleCredentials trades the token for credentials of a role.
func (c *Client) GetRoleCredentials(ctx context.Context, token awscred.Secret, accountID, roleName string) (awscred.Credentials, error) {
	const operation = "GetRoleCredentials"
	var out *sso.GetRoleCredentialsOutput
	err := c.do(ctx, SSO, operation, func(ctx context.Context) (err error) {
		out, err = c.portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{
			AccessToken: aws.String(token.Reveal()), AccountId: &accountID, RoleName: &roleName})
		return err
	})
	if err != nil {
		return awscred.Credentials{}, err
	}
	given := out.RoleCredentials
	if given == nil {
		given = &types.RoleCredentials{}
	}
	// The one time in these APIs that counts milliseconds.
	expiration := time.UnixMilli(given.Expiration).UTC()
	creds := awscred.Credentials{
		AccessKeyID: str(given.AccessKeyId), SecretAccessKey: secret(given.SecretAccessKey),
		SessionToken: secret(given.SessionToken), Expiration: expiration, AccountID: accountID,
	}
	if err := c.lacks(SSO, operation, []field{
		{"accessKeyId", creds.AccessKeyID != ""},
		{"secretAccessKey", creds.SecretAccessKey != ""},
		{"sessionToken", creds.SessionToken != ""},
		{"expiration", expiration.Year() >= 2000 && expiration.Before(endOfTime())},
	}); err != nil {
		return awscred.Credentials{}, err
	}
	return creds, nil
}

// Logout ends the session of the token at the service. Role credentials that
// it gave stay valid until they expire.
func (c *Client) Logout(ctx context.Context, token awscred.Secret) error {
	return c.do(ctx, SSO, "Logout", func(ctx context.Context) error {
		_, err := c.portal.Logout(ctx, &sso.LogoutInput{AccessToken: aws.String(token.Reveal())})
		return err
	})
}
