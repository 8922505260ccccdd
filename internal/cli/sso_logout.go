package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/session"
	"latchkey/internal/ssocache"
)

func newLogoutCmd(env *Env) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Sign out of one session, or of all of them",
		Long: `Sign out of the SSO session or profile that is named, or of everything when
neither is. The service is told, and the tokens and role credentials on this
machine are deleted even when it cannot be reached.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLogout(cmd.Context(), env, name) },
	}
	cmd.Flags().StringVar(&name, "sso-session", "", "sign out of this SSO session only")
	return cmd
}

func runLogout(ctx context.Context, env *Env, sessionName string) error {
	cache, err := env.cache()
	if err != nil {
		return err
	}
	cfg, err := env.config()
	if sessionName == "" && env.Globals.Profile == "" {
		return env.logoutAll(ctx, cfg, cache, err)
	}
	if err != nil {
		return err
	}
	if _, ok := cfg.SSOSession(sessionName); sessionName != "" && !ok {
		return &configError{
			fmt.Sprintf("there is no sso-session %q to sign out of", sessionName),
			`see "latchkey configure list-profiles --json" for those that there are, or sign out of everything with "latchkey sso logout"`,
		}
	}
	sso, err := env.signInTarget(cfg, sessionName)
	if err != nil {
		return err
	}
	return env.logoutOne(ctx, cfg, cache, sso)
}

// logoutAll does what can be done without the config file, too: unread says why
// it cannot be read.
func (e *Env) logoutAll(ctx context.Context, cfg *awsconfig.Config, cache ssocache.Dir, unread error) error {
	if unread != nil {
		e.warn(unread)
		if cfg, unread = awsconfig.Parse(awsconfig.Paths{}, "", ""); unread != nil {
			return unread
		}
	}
	tokens, err := cache.Tokens()
	failed := []error{err}
	owners := ownersOf(cfg)
	for _, t := range tokens {
		failed = append(failed, e.logoutToken(ctx, cfg, cache, t, owners[t.Key]))
	}
	keys, err := cache.CredentialsKeys()
	failed = append(failed, err)
	for _, key := range keys {
		failed = append(failed, cache.RemoveCredentials(key))
	}
	return e.signedOut(len(tokens), failed)
}

// signedOut ends a sign-out.
func (e *Env) signedOut(sessions int, failed []error) error {
	if err := joined(failed); err != nil {
		return err
	}
	switch sessions {
	case 0:
		return e.print([]byte("Nobody was signed in.\n"))
	case 1:
		return e.print([]byte("Signed out.\n"))
	}
	return e.print(fmt.Appendf(nil, "Signed out of %d sessions.\n", sessions))
}

func (e *Env) logoutOne(ctx context.Context, cfg *awsconfig.Config, cache ssocache.Dir, sso awsconfig.SSO) error {
	tokens, err := cache.Tokens()
	failed, out := []error{err}, 0
	s := &session.Session{SSO: sso}
	for _, t := range tokens {
		if s.Owns(t) {
			out++
			failed = append(failed, e.logoutToken(ctx, cfg, cache, t, profileOf(cfg, sso)))
		}
	}
	for _, name := range servedBy(cfg, sso) {
		if other, err := cfg.SSOCredentials(name); err == nil {
			failed = append(failed, cache.RemoveCredentials((&session.Session{SSO: other}).CredentialsKey()))
		}
	}
	return e.signedOut(out, failed)
}

// logoutToken signs one token out, by way of the profile that it belongs to,
// whose settings say where the service is.
func (e *Env) logoutToken(ctx context.Context, cfg *awsconfig.Config, cache ssocache.Dir, t ssocache.StoredToken, owner awsconfig.Profile) error {
	w, err := e.wire(cfg, owner, awsapi.SSO, awsapi.SSOOIDC)
	if err != nil {
		return joined([]error{err, session.Logout(ctx, cache, nil, t, e.Now())})
	}
	if t.StartURL != "" { // other tools' tokens may have none
		if _, _, err := w.direct(ctx, awsconfig.SSO{StartURL: t.StartURL, Region: t.Region}); err != nil {
			return session.Logout(ctx, cache, unreachable{err}, t, e.Now())
		}
	}
	return session.Logout(ctx, cache, w.client(t.Region), t, e.Now())
}

// ownersOf maps token keys to a profile that uses each.
func ownersOf(cfg *awsconfig.Config) map[string]awsconfig.Profile {
	owners := map[string]awsconfig.Profile{}
	for _, name := range cfg.Profiles() {
		sso, err := cfg.SSOLogin(name, "")
		if err != nil {
			continue
		}
		key := (&session.Session{SSO: sso}).TokenKey()
		if _, ok := owners[key]; !ok {
			owners[key], _ = cfg.Profile(name)
		}
	}
	return owners
}

// unreachable is a service that cannot be told of a sign-out.
type unreachable struct{ err error }

func (u unreachable) Logout(context.Context, awscred.Secret) error { return u.err }
