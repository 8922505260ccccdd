package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
)

func newCallerIdentityCmd(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "get-caller-identity",
		Short: "Print whom AWS takes the profile's credentials for, as JSON",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runCallerIdentity(cmd.Context(), env) },
	}
}

type callerIdentityJSON struct {
	UserID  string `json:"UserId"`
	Account string `json:"Account"`
	ARN     string `json:"Arn"`
}

func runCallerIdentity(ctx context.Context, env *Env) error {
	if err := env.jsonOnly(); err != nil {
		return err
	}
	cfg, err := env.config()
	if err != nil {
		return err
	}
	w, creds, err := env.credentials(ctx, cfg)
	if err != nil {
		return err
	}
	name, _ := env.profileName()
	profile, _ := cfg.Profile(name)
	sts, err := env.sts(w, profile)
	if err != nil {
		return err
	}
	id, err := sts.GetCallerIdentity(ctx, creds)
	if err != nil {
		return err
	}
	return env.printJSON(callerIdentityJSON{id.UserID, id.Account, id.ARN})
}

// clientRegion is where AWS APIs are called: the flag, the environment, the
// profile, and failing that the region that every account has.
func (e *Env) clientRegion(profile awsconfig.Profile) string {
	region, _ := profile.Values.Get("region")
	return cmp.Or(e.Globals.Region, e.Getenv("AWS_REGION"), e.Getenv("AWS_DEFAULT_REGION"), region, "us-east-1")
}
