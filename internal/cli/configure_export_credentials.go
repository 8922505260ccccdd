package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/awscred"
)

func newExportCmd(env *Env) *cobra.Command {
	form := string(awscred.Process)
	cmd := &cobra.Command{
		Use:   "export-credentials",
		Short: "Print the profile's credentials for a program or a shell",
		Long: `Print the profile's credentials. The format "process" is what credential_process
in a config file expects; the others are read by a shell:

  eval "$(latchkey configure export-credentials --profile P --format env)"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(cmd.Context(), env, awscred.Form(form)) },
	}
	cmd.Flags().StringVar(&form, "format", form, "one of "+forms())
	return cmd
}

func forms() string {
	var names []string
	for _, f := range awscred.Forms() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

func runExport(ctx context.Context, env *Env, form awscred.Form) error {
	if !slices.Contains(awscred.Forms(), form) {
		return &usageError{fmt.Sprintf("--format: invalid choice %q", form), "choose one of " + forms()}
	}
	cfg, err := env.config()
	if err != nil {
		return err
	}
	_, creds, err := env.credentials(ctx, cfg)
	if err != nil {
		return err
	}
	text, err := awscred.Format(creds, form)
	if err != nil {
		return err
	}
	return env.print(text)
}
