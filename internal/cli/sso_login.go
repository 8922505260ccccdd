package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
	"latchkey/internal/ssocache"
	"latchkey/internal/termtext"
)

type loginOptions struct {
	Session        string
	SignIn         signInOptions
	IfNeeded, JSON bool
}

func newLoginCmd(env *Env) *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in, for every profile of the same start URL or SSO session",
		Long: `Sign in to the start URL or the SSO session of a profile. One sign-in serves
every profile that has the same one.

For an SSO session, a browser on this machine brings the answer back. In a remote
shell, in a container, for a profile without an SSO session, or with
LATCHKEY_LOGIN=device in the environment, a code is shown instead that can be
entered on any device.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLogin(cmd.Context(), env, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.Session, "sso-session", "", "sign in to this SSO session instead of a profile's")
	o.SignIn.register(f)
	f.BoolVar(&o.IfNeeded, "if-needed", false, "ask nobody when the sign-in is, or can be made, valid for another 15 minutes")
	f.BoolVar(&o.JSON, "json", false, "print the result as JSON")
	return cmd
}

func runLogin(ctx context.Context, env *Env, o loginOptions) error {
	if err := o.SignIn.check(); err != nil {
		return err
	}
	cfg, s, _, err := env.namedSession(o.Session)
	if err != nil {
		return err
	}
	sso := s.SSO
	if s.Legacy() && o.SignIn.RedirectPort != 0 {
		return portWithoutSession()
	}
	options, err := env.loginOptions(env.Err, o.SignIn)
	if err != nil {
		return err
	}
	options.IfNeeded = o.IfNeeded
	token, err := s.Login(ctx, options)
	if err != nil {
		return err
	}
	if s.Region != "" && s.Region != sso.Region {
		env.correctRegion(ctx, sso, s.Region, o.JSON)
		sso.Region = s.Region
	}
	return env.printLogin(cfg, sso, token, o.JSON)
}

// correctRegion writes the region that the start URL turned out to lead to,
// where it was configured. The person is signed in all the same if it cannot.
func (e *Env) correctRegion(ctx context.Context, sso awsconfig.SSO, region string, asJSON bool) {
	edit := awsconfig.Edit{
		Kind: awsconfig.KindProfile, Name: sso.Profile,
		Set: []awsconfig.KeyValue{{Key: "sso_region", Value: region}},
	}
	if sso.SessionName != "" {
		edit.Kind, edit.Name = awsconfig.KindSSOSession, sso.SessionName
	}
	paths, err := e.paths()
	if err == nil {
		err = awsconfig.Apply(ctx, paths.Config, edit)
	}
	if err != nil {
		e.warn(fmt.Errorf("sso_region should be %s: %w", region, err))
		return
	}
	out := e.Out
	if asJSON {
		out = e.Err
	}
	fmt.Fprintf(out, "SSO region updated to %s\n", region)
}

func portWithoutSession() error {
	return &usageError{"--redirect-port needs an SSO session", "without one, the sign-in is by a code, which needs no port"}
}

// signInTarget is the session to sign in to or out of: the named one, or that
// of the profile.
func (e *Env) signInTarget(cfg *awsconfig.Config, session string) (awsconfig.SSO, error) {
	if session != "" && e.Globals.Profile == "" {
		return cfg.SSOLogin("", session)
	}
	name, _ := e.profileName()
	return cfg.SSOLogin(name, session)
}

type loginJSON struct {
	StartURL  string   `json:"sso_start_url"`
	Region    string   `json:"sso_region"`
	Session   string   `json:"sso_session,omitempty"`
	ExpiresAt string   `json:"expires_at"`
	Profiles  []string `json:"profiles"`
}

func (e *Env) printLogin(cfg *awsconfig.Config, sso awsconfig.SSO, token ssocache.Token, asJSON bool) error {
	names := append([]string{}, servedBy(cfg, sso)...)
	if asJSON {
		return e.printJSON(loginJSON{sso.StartURL, sso.Region, sso.SessionName, token.ExpiresAt.Format(time.RFC3339), names})
	}
	return e.print(fmt.Appendf(nil, "Valid until %s, for %s.\nSuccessfully logged into Start URL: %s\n",
		clock(token.ExpiresAt), countProfiles(names), termtext.Safe(sso.StartURL)))
}

// countProfiles tells how many profiles there are, and the names of a few.
func countProfiles(names []string) string {
	const shown = 3
	listed := make([]string, 0, shown)
	for _, n := range names[:min(shown, len(names))] {
		listed = append(listed, termtext.Safe(n))
	}
	list := strings.Join(listed, ", ")
	switch {
	case len(names) == 0:
		return "no profile yet"
	case len(names) == 1:
		return "1 profile (" + list + ")"
	case len(names) > shown:
		list += ", …"
	}
	return fmt.Sprintf("%d profiles (%s)", len(names), list)
}
