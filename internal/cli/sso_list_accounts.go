package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func newListAccountsCmd(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "list-accounts",
		Short: "List the AWS accounts that are assigned to you, as JSON",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runListAccounts(cmd.Context(), env) },
	}
}

type accountsJSON struct {
	AccountList []accountJSON `json:"accountList"`
}

type accountJSON struct {
	AccountID   string `json:"accountId"`
	AccountName string `json:"accountName,omitempty"`
	Email       string `json:"emailAddress,omitempty"`
}

func runListAccounts(ctx context.Context, env *Env) error {
	if err := env.jsonOnly(); err != nil {
		return err
	}
	_, s, w, err := env.namedSession("")
	if err != nil {
		return err
	}
	token, client, err := w.signedIn(ctx, s)
	if err != nil {
		return err
	}
	accounts, err := client.ListAccounts(ctx, token)
	if err != nil {
		return s.Explain(err)
	}
	out := accountsJSON{AccountList: []accountJSON{}}
	for _, a := range accounts {
		out.AccountList = append(out.AccountList, accountJSON{a.ID, a.Name, a.Email})
	}
	return env.printJSON(out)
}
