package cli

import (
	"context"
	"fmt"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
)

// credentials finds the credentials of the profile in botocore's order of
// precedence, as far as it is served here: the environment's keys unless
// --profile was given, then what the profile says. It returns with them how the
// profile's calls reach AWS.
func (e *Env) credentials(ctx context.Context, cfg *awsconfig.Config) (*wire, awscred.Credentials, error) {
	name, named := e.profileName()
	profile, ok := cfg.Profile(name)
	if !ok && named {
		return nil, awscred.Credentials{}, &awsconfig.ProfileNotFoundError{Name: name}
	}
	w, err := e.wire(cfg, profile, awsapi.STS)
	if err != nil {
		return nil, awscred.Credentials{}, err
	}
	if c, ok := e.environmentKeys(); ok && e.Globals.Profile == "" {
		return w, c, nil
	}
	c, err := e.profileCredentials(ctx, cfg, w, profile)
	return w, c, err
}

func (e *Env) environmentKeys() (awscred.Credentials, bool) {
	c := awscred.Credentials{
		AccessKeyID:     e.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: awscred.Secret(e.Getenv("AWS_SECRET_ACCESS_KEY")),
		SessionToken:    awscred.Secret(e.Getenv("AWS_SESSION_TOKEN")),
	}
	return c, c.AccessKeyID != "" && c.SecretAccessKey != ""
}

// profileCredentials are those of one profile. Keys that AWS clients look at
// before the sign-in, and this program does not serve, are an error rather than
// passed over: other credentials than the AWS CLI's would be worse than none.
func (e *Env) profileCredentials(ctx context.Context, cfg *awsconfig.Config, w *wire, profile awsconfig.Profile) (awscred.Credentials, error) {
	if err := unserved(profile, "role_arn", "web_identity_token_file"); err != nil {
		return awscred.Credentials{}, err
	}
	if usesSSO(profile) {
		sso, err := cfg.SSOCredentials(profile.Name)
		if err != nil {
			return awscred.Credentials{}, err
		}
		s, err := e.session(ctx, w, sso)
		if err != nil {
			return awscred.Credentials{}, err
		}
		return s.Credentials(ctx)
	}
	if err := unserved(profile, "credential_process"); err != nil {
		return awscred.Credentials{}, err
	}
	if c, ok := staticKeys(profile); ok {
		return c, nil
	}
	return awscred.Credentials{}, &configError{
		fmt.Sprintf("profile %q has no credentials", profile.Name),
		`run "latchkey configure sso" to make one that has`,
	}
}

// usesSSO reports whether AWS clients take the profile's credentials from a
// sign-in: it names an account or a role.
func usesSSO(profile awsconfig.Profile) bool {
	_, account := profile.Values.Get("sso_account_id")
	_, role := profile.Values.Get("sso_role_name")
	return account || role
}

func staticKeys(profile awsconfig.Profile) (awscred.Credentials, bool) {
	get := func(key string) string {
		v, _ := profile.Values.Get(key)
		return v
	}
	c := awscred.Credentials{
		AccessKeyID:     get("aws_access_key_id"),
		SecretAccessKey: awscred.Secret(get("aws_secret_access_key")),
		SessionToken:    awscred.Secret(get("aws_session_token")),
	}
	return c, c.AccessKeyID != "" && c.SecretAccessKey != ""
}

func unserved(profile awsconfig.Profile, keys ...string) error {
	for _, key := range keys {
		if _, ok := profile.Values.Get(key); ok {
			return &configError{
				fmt.Sprintf("profile %q gets its credentials by %s, which this command does not serve", profile.Name, key),
				"name a profile that signs in to IAM Identity Center, or use the AWS CLI for this one",
			}
		}
	}
	return nil
}
