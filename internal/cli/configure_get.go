package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
	"latchkey/internal/termtext"
)

// exitMissing is the AWS CLI's code for a key that has no value.
const exitMissing = 1

func newGetCmd(env *Env) *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print one value of a profile",
		Long: `Print one value of the profile, from the config file or the credentials file.
A key without a value prints nothing and ends with 1.`,
		Example: `  latchkey configure get region --profile P
  latchkey configure get profile.P.s3.addressing_style
  latchkey configure get sso_region --sso-session corp`,
		Args: oneKey,
		RunE: func(_ *cobra.Command, args []string) error { return runGet(env, o, args[0]) },
	}
	o.register(cmd)
	return cmd
}

func runGet(env *Env, o keyOptions, key string) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	a, err := env.address(cfg, o, key)
	if err != nil {
		return err
	}
	section, err := env.section(cfg, a, !strings.Contains(key, "."))
	if err != nil {
		return err
	}
	value, ok := section.Get(a.key)
	switch {
	case a.sub != "":
		value, ok = section.Nested(a.key, a.sub)
	case section.IsNested(a.key):
		return &exitError{exitMissing, key + " is a block of keys, not a value", "name one of them, as in " + key + ".KEY"}
	}
	if !ok {
		return &exitError{code: exitMissing}
	}
	return env.print([]byte(shownLines(value) + "\n"))
}

// section finds the section of a. One that does not exist is an error where the
// AWS CLI has one: for the profile that the command line or the environment
// names, and for --sso-session and --services.
func (e *Env) section(cfg *awsconfig.Config, a address, ofCurrent bool) (awsconfig.Section, error) {
	var s awsconfig.Section
	found := false
	switch a.kind {
	case awsconfig.KindProfile:
		p, ok := cfg.Profile(a.section)
		if _, named := e.profileName(); !ok && named && ofCurrent {
			return s, &awsconfig.ProfileNotFoundError{Name: a.section}
		}
		return p.Values, nil
	case awsconfig.KindSSOSession:
		s, found = cfg.SSOSession(a.section)
	case awsconfig.KindServices:
		s, found = cfg.Services(a.section)
	case awsconfig.KindCredentials:
		s, _ = cfg.Plugins()
		return s, nil
	}
	if !found {
		return s, &configError{message: fmt.Sprintf("the config sub-section (%s) could not be found", a.section)}
	}
	return s, nil
}

// shownLines is the value, which may have several lines, fit for a terminal.
func shownLines(value string) string {
	lines := strings.Split(value, "\n")
	for i, line := range lines {
		lines[i] = termtext.Safe(line)
	}
	return strings.Join(lines, "\n")
}
