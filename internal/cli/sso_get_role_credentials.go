package cli

import (
	"context"

	"github.com/spf13/cobra"
)

type roleCredentialsOptions struct{ AccountID, RoleName string }

func newRoleCredentialsCmd(env *Env) *cobra.Command {
	var o roleCredentialsOptions
	cmd := &cobra.Command{
		Use:   "get-role-credentials --account-id ID --role-name NAME",
		Short: "Print credentials for a role, as JSON",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runRoleCredentials(cmd.Context(), env, o) },
	}
	cmd.Flags().StringVar(&o.AccountID, "account-id", "", "account ID")
	cmd.Flags().StringVar(&o.RoleName, "role-name", "", "role name")
	return cmd
}

type roleCredentialsJSON struct {
	RoleCredentials struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
		SessionToken    string `json:"sessionToken"`
		Expiration      int64  `json:"expiration"` // Unix time in milliseconds
	} `json:"roleCredentials"`
}

func runRoleCredentials(ctx context.Context, env *Env, o roleCredentialsOptions) error {
	if err := env.jsonOnly(); err != nil {
		return err
	}
	if o.AccountID == "" || o.RoleName == "" {
		return &usageError{"account and role are needed", "name them with --account-id and --role-name"}
	}
	_, s, _, err := env.namedSession("")
	if err != nil {
		return err
	}
	c, err := s.RoleCredentials(ctx, o.AccountID, o.RoleName)
	if err != nil {
		return err
	}
	var out roleCredentialsJSON
	out.RoleCredentials.AccessKeyID = c.AccessKeyID
	out.RoleCredentials.SecretAccessKey = c.SecretAccessKey.Reveal()
	out.RoleCredentials.SessionToken = c.SessionToken.Reveal()
	out.RoleCredentials.Expiration = c.Expiration.UnixMilli()
	return env.printJSON(out)
}
