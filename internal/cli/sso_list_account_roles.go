package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func newListRolesCmd(env *Env) *cobra.Command {
	var accountID string
	cmd := &cobra.Command{
		Use:   "list-account-roles --account-id ID",
		Short: "List the roles that are assigned to you in an account, as JSON",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runListRoles(cmd.Context(), env, accountID) },
	}
	cmd.Flags().StringVar(&accountID, "account-id", "", "account ID")
	return cmd
}

type rolesJSON struct {
	RoleList []roleJSON `json:"roleList"`
}

type roleJSON struct {
	RoleName  string `json:"roleName"`
	AccountID string `json:"accountId"`
}

func runListRoles(ctx context.Context, env *Env, accountID string) error {
	if err := env.jsonOnly(); err != nil {
		return err
	}
	if accountID == "" {
		return &usageError{"no account named", "name it with --account-id"}
	}
	_, s, w, err := env.namedSession("")
	if err != nil {
		return err
	}
	token, client, err := w.signedIn(ctx, s)
	if err != nil {
		return err
	}
	roles, err := client.ListAccountRoles(ctx, token, accountID)
	if err != nil {
		return s.Explain(err)
	}
	out := rolesJSON{RoleList: []roleJSON{}}
	for _, r := range roles {
		out.RoleList = append(out.RoleList, roleJSON{r.Name, r.AccountID})
	}
	return env.printJSON(out)
}
