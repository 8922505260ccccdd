package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
	"latchkey/internal/termtext"
	"latchkey/internal/wizard"
)

func newConfigureSessionCmd(env *Env) *cobra.Command {
	var given wizard.Given
	cmd := &cobra.Command{
		Use:   "sso-session",
		Short: "Write an SSO session, which profiles then name",
		Long: `Write where to sign in, as a section of its own that any number of profiles can
name with sso_session. Nobody is signed in.

Each question can be answered by a flag instead.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfigureSession(cmd.Context(), env, given) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&given.SessionName, "sso-session", "", "SSO session name")
	f.StringVar(&given.StartURL, "sso-start-url", "", "SSO start URL")
	f.StringVar(&given.SSORegion, "sso-region", "", "SSO region")
	f.StringVar(&given.Scopes, "sso-registration-scopes", "", "SSO registration scopes, separated by commas")
	return cmd
}

func runConfigureSession(ctx context.Context, env *Env, given wizard.Given) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	paths, err := env.paths()
	if err != nil {
		return err
	}
	// Before the person answers anything.
	if err := awsconfig.CheckWritable(paths.Config); err != nil {
		return err
	}
	run := &configureRun{env: env, cfg: cfg, out: env.Out}
	w := &wizard.Wizard{
		Given: given, Config: cfg, ConfigFile: paths.Config,
		Ask: env.asker(env.Out), NoInput: env.Globals.NoInput, Out: env.Out,
		Discover: run.discover, Resolve: run.resolve,
	}
	sso, err := w.RunSession(ctx)
	if err != nil {
		return err
	}
	const done = `
Completed configuring SSO session: %s
Run the following to login and refresh access token for this session:

%s
`
	return env.print(fmt.Appendf(nil, done, termtext.Safe(sso.SessionName), command([]string{"latchkey", "sso", "login", "--sso-session", sso.SessionName})))
}
