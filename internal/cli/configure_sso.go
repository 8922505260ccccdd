package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/session"
	"latchkey/internal/starturl"
	"latchkey/internal/termtext"
	"latchkey/internal/wizard"
)

type configureSSOOptions struct {
	Given  wizard.Given
	SignIn signInOptions
	JSON   bool
}

func newConfigureSSOCmd(env *Env) *cobra.Command {
	var o configureSSOOptions
	cmd := &cobra.Command{
		Use:   "sso",
		Short: "Sign in, choose an account and a role, and write them as a named profile",
		Long: `Sign in to IAM Identity Center, choose an AWS account and a role in it, and
write them as a named profile that every AWS client can use.

Each question can be answered by a flag instead; --region, --output and
--profile answer the last three.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfigureSSO(cmd.Context(), env, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.Given.Legacy, "legacy", false, "no SSO session: the sign-in is kept by start URL and not refreshed")
	f.StringVar(&o.Given.SessionName, "sso-session", "", "SSO session name")
	f.StringVar(&o.Given.StartURL, "sso-start-url", "", "SSO start URL")
	f.StringVar(&o.Given.SSORegion, "sso-region", "", "SSO region")
	f.StringVar(&o.Given.Scopes, "sso-registration-scopes", "", "SSO registration scopes, separated by commas")
	f.StringVar(&o.Given.AccountID, "sso-account-id", "", "account ID")
	f.StringVar(&o.Given.RoleName, "sso-role-name", "", "role name")
	o.SignIn.register(f)
	f.BoolVar(&o.JSON, "json", false, "print what was configured as JSON; the conversation goes to stderr")
	return cmd
}

func runConfigureSSO(ctx context.Context, env *Env, o configureSSOOptions) error {
	if o.Given.Legacy && o.Given.SessionName != "" {
		return &usageError{"--legacy and --sso-session contradict each other", "give one of them"}
	}
	if err := o.SignIn.check(); err != nil {
		return err
	}
	if o.Given.Legacy && o.SignIn.RedirectPort != 0 {
		return portWithoutSession()
	}
	cfg, err := env.config()
	if err != nil {
		return err
	}
	paths, err := env.paths()
	if err != nil {
		return err
	}
	// Before the person answers anything and signs in.
	if err := awsconfig.CheckWritable(paths.Config); err != nil {
		return err
	}
	out := env.Out
	if o.JSON {
		out = env.Err
	}
	run := &configureRun{env: env, cfg: cfg, out: out, how: o.SignIn}
	o.Given.Region, o.Given.Output = env.Globals.Region, env.Globals.Output
	if name, named := env.profileName(); named {
		o.Given.Profile = name
	}
	w := &wizard.Wizard{
		Given: o.Given, Config: cfg, ConfigFile: paths.Config,
		Ask: env.asker(out), NoInput: env.Globals.NoInput, Out: out,
		Discover: run.discover, Resolve: run.resolve, SignIn: run.signIn,
	}
	result, err := w.Run(ctx)
	if err != nil {
		return err
	}
	run.warnOutranked(result.Profile)
	if o.JSON {
		return run.printResult(paths.Config, result)
	}
	printUsage(out, result)
	return nil
}

// configureRun lends the wizard what it needs of the world.
type configureRun struct {
	env     *Env
	cfg     *awsconfig.Config
	out     io.Writer
	how     signInOptions
	session *session.Session
}

// wire is that of the starting profile, whose CA bundle may be needed to sign
// in, and whose services section too if it signs in to the same place.
func (r *configureRun) wire(startURL string) (*wire, error) {
	name, _ := r.env.profileName()
	profile, _ := r.cfg.Profile(name)
	if sso, err := r.cfg.SSOLogin(name, ""); err == nil && sso.StartURL == startURL {
		return r.env.wire(r.cfg, profile, awsapi.SSO, awsapi.SSOOIDC)
	}
	return r.env.wireAway(profile, awsapi.SSO, awsapi.SSOOIDC)
}

// discover finds no center where none answers, if the calls go to an endpoint
// that was named: the start URL is then no more than a word between the two.
func (r *configureRun) discover(ctx context.Context, startURL string) (starturl.Center, bool, error) {
	w, err := r.wire(startURL)
	if err != nil {
		return starturl.Center{}, false, err
	}
	center, found, err := starturl.Discover(ctx, w.http, startURL)
	if _, away := errors.AsType[*starturl.UnreachableError](err); away && w.endpoints.SSOOIDC != "" {
		return starturl.Center{}, false, nil
	}
	return center, found, err
}

func (r *configureRun) resolve(ctx context.Context, startURL string) (resolved, region string, err error) {
	w, err := r.wire(startURL)
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	resolved, region, err = starturl.ResolveVanity(ctx, w.http, startURL, "")
	if err != nil && w.endpoints.SSOOIDC != "" {
		err = errNamedEndpoint
	}
	return resolved, region, err
}

// errNamedEndpoint makes nothing of a start URL that does not lead to AWS.
var errNamedEndpoint = errors.New("the calls go to an endpoint that was named")

// signIn uses the token that is there while it lives, and else asks the person
// to sign in.
func (r *configureRun) signIn(ctx context.Context, t wizard.Target) (wizard.Portal, error) {
	w, err := r.wire(t.SSO.StartURL)
	if err != nil {
		return nil, err
	}
	if t.Center != nil {
		w.use(*t.Center)
	}
	cache, err := r.env.cache()
	if err != nil {
		return nil, err
	}
	client := w.client(t.SSO.Region)
	r.session = &session.Session{
		SSO: t.SSO, Cache: cache, API: client, Now: r.env.Now, StartURL: t.Resolved, Warn: r.env.warn,
	}
	options, err := r.env.loginOptions(r.out, r.how)
	if err != nil {
		return nil, err
	}
	p := &portal{client: client, signIn: func(ctx context.Context) (awscred.Secret, error) {
		token, err := r.session.Login(ctx, options)
		return token.AccessToken, err
	}}
	if token, ok := r.session.FreshToken(); ok && !t.New {
		p.token, p.reused = token.AccessToken, true
		fmt.Fprintf(r.out, "Using the sign-in that is valid until %s.\n", clock(token.ExpiresAt))
		return p, nil
	}
	p.token, err = p.signIn(ctx)
	return p, err
}

// A portal lists with a token. When the service refuses one that was stored,
// the person signs in again, once.
type portal struct {
	client *awsapi.Client
	token  awscred.Secret
	reused bool
	signIn func(context.Context) (awscred.Secret, error)
}

func (p *portal) ListAccounts(ctx context.Context) ([]awsapi.Account, error) {
	accounts, err := p.client.ListAccounts(ctx, p.token)
	refused, ok := errors.AsType[*awsapi.Error](err)
	if !ok || refused.Code != "UnauthorizedException" || !p.reused {
		return accounts, err
	}
	p.reused = false
	if p.token, err = p.signIn(ctx); err != nil {
		return nil, err
	}
	return p.client.ListAccounts(ctx, p.token)
}

func (p *portal) ListAccountRoles(ctx context.Context, accountID string) ([]awsapi.Role, error) {
	return p.client.ListAccountRoles(ctx, p.token, accountID)
}

// warnOutranked says when AWS clients would use something else in the profile
// than the sign-in: role_arn comes first in their order.
func (r *configureRun) warnOutranked(name string) {
	p, ok := r.cfg.Profile(name)
	if !ok {
		return
	}
	for _, key := range []string{"role_arn", "web_identity_token_file"} {
		if _, ok := p.Values.Get(key); ok {
			r.env.warn(fmt.Errorf("profile %q also has %s, which AWS clients use instead of this sign-in", name, key))
		}
	}
}

type configuredJSON struct {
	Profile    string `json:"profile"`
	ConfigFile string `json:"config_file"`
	StartURL   string `json:"sso_start_url"`
	Region     string `json:"sso_region"`
	AccountID  string `json:"sso_account_id"`
	RoleName   string `json:"sso_role_name"`
	ExpiresAt  string `json:"expires_at"`
}

func (r *configureRun) printResult(configFile string, result wizard.Result) error {
	token, err := r.session.Cache.Token(r.session.TokenKey())
	if err != nil {
		return err
	}
	sso := result.SSO
	return r.env.printJSON(configuredJSON{
		result.Profile, configFile, sso.StartURL, sso.Region, sso.AccountID, sso.RoleName, token.ExpiresAt.Format(time.RFC3339),
	})
}

func printUsage(out io.Writer, result wizard.Result) {
	profile := result.Profile
	if result.SSO.AccountID == "" {
		fmt.Fprintf(out, "Successfully configured SSO for profile: %s\n", termtext.Safe(profile))
		return
	}
	if profile == "default" {
		fmt.Fprint(out, "\nThis profile is now the default: it is used whenever no profile is named.\n\naws s3 ls\n")
		return
	}
	fmt.Fprintf(out, "\nTo use this profile, specify the profile name using --profile, as shown:\n\naws s3 ls --profile %s\n", shellWord(profile))
}
