// Package cli owns the command tree of latchkey: flags, what is printed where,
// and exit codes. One file holds one command, named by its path.
//
// It is the only client package that touches the terminal and the environment;
// what a command does lives in the packages that it calls.
package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs one command and returns its exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what the first could not
	return run(ctx, system(), args)
}

func run(ctx context.Context, env *Env, args []string) int {
	root := newRoot(env)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	return report(env, err)
}

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "latchkey",
		Short: "Sign in to AWS IAM Identity Center and use what you were given",
		Long: `Sign in to AWS IAM Identity Center from a terminal. Profiles, tokens and
credentials are kept where every AWS client looks for them.`,
		Example: `  latchkey configure sso            choose an account and a role, write a profile
  latchkey sso login --profile P    sign in again when the token has ended
  aws s3 ls --profile P             any AWS client uses the profile`,
		Version:       version(),
		Args:          unknownCommand,
		RunE:          showHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("latchkey {{.Version}}\n")
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err.Error(), "run \"" + cmd.CommandPath() + " --help\" for its flags"}
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelpCmd())
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return env.Globals.check() }
	env.Globals.register(root.PersistentFlags())
	root.AddCommand(
		group("configure", "Write and read profiles",
			newConfigureSSOCmd(env), newConfigureSessionCmd(env), newListProfilesCmd(env), newGetCmd(env), newSetCmd(env), newExportCmd(env)),
		group("sso", "Sign in, sign out, see what you were given",
			newLoginCmd(env), newLogoutCmd(env), newListAccountsCmd(env), newListRolesCmd(env), newRoleCredentialsCmd(env), newGetTokenCmd(env)),
		group("sts", "Ask AWS who you are", newCallerIdentityCmd(env)),
		newExecCmd(env),
	)
	return root
}

// newHelpCmd is cobra's help command, to which an unknown topic is no success.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return &usageError{"no help for " + quote(strings.Join(args, " ")), "run \"latchkey --help\" for the commands"}
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// group is a command that only holds others.
func group(name, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: name, Short: short, Args: unknownCommand, RunE: showHelp}
	g.AddCommand(commands...)
	return g
}

// showHelp answers a group named without a command, as a wrong usage.
func showHelp(cmd *cobra.Command, _ []string) error {
	cmd.SetOut(cmd.ErrOrStderr())
	if err := cmd.Help(); err != nil {
		return err
	}
	return &usageError{message: "no command given"}
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &usageError{message: "unknown command " + quote(args[0]) + " for " + quote(cmd.CommandPath())}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		e.hint = "did you mean " + quote(cmd.CommandPath()+" "+near[0]) + "?"
	}
	return e
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usageError{
			message: "unexpected argument " + quote(args[0]),
			hint:    "run \"" + cmd.CommandPath() + " --help\" for its flags",
		}
	}
	return nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
