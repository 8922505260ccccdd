package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/termtext"
)

func newListProfilesCmd(env *Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list-profiles",
		Short: "List the profiles of the config and credentials files",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return runListProfiles(env, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print kind and problem of each as JSON")
	return cmd
}

type profileJSON struct {
	Profile string `json:"profile"`
	Kind    string `json:"kind"`
	Problem string `json:"problem,omitempty"`
}

func runListProfiles(env *Env, asJSON bool) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	if !asJSON {
		var b strings.Builder
		for _, name := range cfg.Profiles() {
			b.WriteString(termtext.Safe(name) + "\n")
		}
		return env.print([]byte(b.String()))
	}
	list := []profileJSON{}
	for _, name := range cfg.Profiles() {
		list = append(list, profileJSON{name, cfg.Kind(name), cfg.Problem(name)})
	}
	return env.printJSON(list)
}
