package centercli

import (
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/center/configfile"
	"latchkey/internal/center/metrics"
	"latchkey/internal/center/oauth"
)

func newConfig(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Look at the file of settings for serve --config",
		Args:  noArgs,
		RunE:  needsCommand,
	}
	c.AddCommand(&cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a file, without serving and without asking anybody over a network",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("config check takes one file", fmt.Sprintf("see %q", c.CommandPath()+" --help"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return runConfigCheck(e, args[0]) },
	})
	return c
}

func runConfigCheck(e *env, file string) error {
	o := serveOptions{Listen: "127.0.0.1:8080"}
	warnings, err := o.read(file, func(string) bool { return false })
	if err != nil {
		return err
	}
	for _, check := range []func() error{
		o.check, o.checkCertificate, o.center(o.Origin).Check,
		func() error { _, err := readFaults(o.Fault); return err },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	for _, warning := range append(warnings, o.doubts()...) {
		fmt.Fprintf(e.err, "latchkey-center: warning: %s\n", visible(warning))
	}
	fmt.Fprintf(e.out, "%s: nothing is wrong with it\n", visible(file))
	return nil
}

// read fills in what the file called name says and no flag was given for, and
// returns what to warn of. No name is no file.
func (o *serveOptions) read(name string, given func(flag string) bool) (warnings []string, err error) {
	if name == "" {
		return nil, nil
	}
	f, warnings, err := configfile.Read(name)
	if err != nil {
		return nil, withHint(err, "the keys, with an example, are in docs/sign-in.md; a file with users and accounts is for --import")
	}
	for flag, value := range map[string]struct {
		to   *string
		file string
	}{
		"listen": {&o.Listen, f.Listen}, "database": {&o.Database, f.Database}, "origin": {&o.Origin, f.Origin}, "region": {&o.Region, f.Region},
		"tls-cert": {&o.TLSCert, f.TLSCert}, "tls-key": {&o.TLSKey, f.TLSKey}, "fault": {&o.Fault, f.Fault},
	} {
		if value.file != "" && !given(flag) {
			*value.to = value.file
		}
	}
	if !given("start-url") {
		o.StartURLs = f.StartURLs
	}
	if !given("behind-proxy") {
		o.BehindProxy = f.BehindProxy
	}
	o.DeviceFlow = oauth.DeviceFlow(f.DeviceFlow)
	if o.MetricsFrom, err = metrics.ParseFrom(f.MetricsFrom); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if o.SignIn, err = f.SignIn.Methods(); err != nil {
		return nil, withHint(fmt.Errorf("%s: sign_in: %w", name, err), "docs/sign-in.md has an example of each method")
	}
	return warnings, nil
}
