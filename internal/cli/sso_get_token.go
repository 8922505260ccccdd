package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

type getTokenOptions struct {
	Session string
	JSON    bool
}

func newGetTokenCmd(env *Env) *cobra.Command {
	var o getTokenOptions
	cmd := &cobra.Command{
		Use:   "get-token",
		Short: "Print the bearer token of the profile's sign-in",
		Long: `Print the bearer token of the profile's sign-in, renewed if it can be. Some
services, such as Amazon CodeCatalyst, take it as it is: a profile for them names
an SSO session, and neither account nor role.

Whoever has the token is you, for as long as it lives.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runGetToken(cmd.Context(), env, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Session, "sso-session", "", "of this SSO session instead of a profile's")
	f.BoolVar(&o.JSON, "json", false, "print the token with its session and its end as JSON")
	return cmd
}

type tokenJSON struct {
	AccessToken string `json:"access_token"`
	ExpiresAt   string `json:"expires_at"`
	StartURL    string `json:"sso_start_url"`
	Region      string `json:"sso_region"`
	Session     string `json:"sso_session,omitempty"`
}

func runGetToken(ctx context.Context, env *Env, o getTokenOptions) error {
	_, s, _, err := env.namedSession(o.Session)
	if err != nil {
		return err
	}
	t, err := s.Token(ctx)
	if err != nil {
		return err
	}
	if o.JSON {
		return env.printJSON(tokenJSON{t.AccessToken.Reveal(), t.ExpiresAt.Format(time.RFC3339), s.SSO.StartURL, s.SSO.Region, s.SSO.SessionName})
	}
	return env.print([]byte(t.AccessToken.Reveal() + "\n"))
}
