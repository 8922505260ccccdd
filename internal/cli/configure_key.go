package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
)

// A keyOptions says in which kind of section a key of configure get and set is,
// when it is not a profile's.
type keyOptions struct{ session, services string }

func (o *keyOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.session, "sso-session", "", "the key of this sso-session section")
	cmd.Flags().StringVar(&o.services, "services", "", "the key of this services section")
}

// An address is the place of a value.
type address struct {
	kind     awsconfig.Kind
	section  string
	key, sub string // sub is "" unless key has a block
	byName   bool   // the first part of what was typed is the name of a profile
}

// address reads what names a value: key or key.sub in the current profile or in
// the section that o names, default.key, profile.NAME.key and NAME.key, each
// with or without .sub.
func (e *Env) address(cfg *awsconfig.Config, o keyOptions, text string) (address, error) {
	if o.session != "" && o.services != "" {
		return address{}, &usageError{"--sso-session and --services name two places", "give one of them"}
	}
	parts := strings.Split(text, ".")
	if slices.Contains(parts, "") {
		return address{}, badKey(text)
	}
	a := address{}
	a.section, _ = e.profileName()
	_, isProfile := cfg.Profile(parts[0])
	switch {
	case o.session != "":
		a.kind, a.section = awsconfig.KindSSOSession, o.session
	case o.services != "":
		a.kind, a.section = awsconfig.KindServices, o.services
	case len(parts) == 1:
	case parts[0] == "plugins" && len(parts) == 2:
		// The one section that is no profile's and has a name of its own.
		a.kind, a.section, parts = awsconfig.KindCredentials, parts[0], parts[1:]
	case parts[0] == "profile":
		a.section, parts = parts[1], parts[2:]
	case parts[0] == "default", isProfile:
		a.byName = parts[0] != "default"
		a.section, parts = parts[0], parts[1:]
	}
	if len(parts) == 0 || len(parts) > 2 {
		return address{}, badKey(text)
	}
	a.key = parts[0]
	if len(parts) == 2 {
		a.sub = parts[1]
	}
	return a, nil
}

func badKey(text string) error {
	return &usageError{"the key " + quote(text) + " is not one",
		"write it as KEY, KEY.SUBKEY, default.KEY or profile.NAME.KEY; for a name with a dot, use --profile"}
}

func oneKey(cmd *cobra.Command, args []string) error { return exactly(cmd, args, "KEY") }

func keyAndValue(cmd *cobra.Command, args []string) error { return exactly(cmd, args, "KEY", "VALUE") }

// exactly asks for one argument of each name.
func exactly(cmd *cobra.Command, args []string, names ...string) error {
	if len(args) < len(names) {
		return &usageError{"no " + names[len(args)] + " given", "run \"" + cmd.CommandPath() + " --help\" for its arguments"}
	}
	return noArgs(cmd, args[len(names):])
}
