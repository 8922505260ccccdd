// Package centercli is the command line of latchkey-center: its flags, what it
// prints and its exit codes. What a center does is package center's.
package centercli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"latchkey/internal/center/store"
)

// Exit codes.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// env is what the commands have of the world.
type env struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
}

// Main runs latchkey-center with args, which do not have the program's name,
// until it is done or the process is told to stop, and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(&env{stdin, stdout, stderr, getenv})
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errHelped) {
		return exitUsage
	}
	if errors.Is(err, context.Canceled) {
		err = errStopped
	}
	printError(stderr, err)
	if errors.Is(err, errStopped) || errors.Is(err, errInterrupted) {
		return exitInterrupted
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitError
}

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "latchkey-center",
		Short: "An Identity Center of one's own: sign-in, accounts, roles and their credentials",
		Example: "  latchkey-center init               make a center\n" +
			"  latchkey-center serve              serve it, at http://127.0.0.1:8080/start\n" +
			"  latchkey-center user add alice     add a colleague, also while it serves",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          needsCommand,
		Version:       version(),
	}
	root.SetVersionTemplate("latchkey-center {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(err.Error(), fmt.Sprintf("see %q", c.CommandPath()+" --help"))
	})
	root.SetHelpCommand(newHelp())
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"To begin and to serve:", []*cobra.Command{newInit(e), newServe(e), newConfig(e)}},
		{"Who may do what:", []*cobra.Command{newUser(e), newGroup(e), newAccount(e), newPermissionSet(e), newAssignment(e), newImport(e), newExport(e)}},
		{"What happened:", []*cobra.Command{newAudit(e)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.title
			root.AddCommand(c)
		}
	}
	return root
}

// newHelp is cobra's help command, to which an unknown topic is no success.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(c *cobra.Command, args []string) error {
			topic, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(fmt.Sprintf("no help for %q", strings.Join(args, " ")), `see "latchkey-center --help"`)
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// errStopped is a command that was told to stop half way.
var errStopped = errors.New("interrupted")

// errHelped is wrong usage of which the help said enough.
var errHelped = errors.New("help was shown")

// needsCommand is a command that is nothing without one of its own.
func needsCommand(c *cobra.Command, _ []string) error {
	c.SetOut(c.ErrOrStderr())
	return cmp.Or(c.Help(), errHelped)
}

// hintError adds what a person can do to an error.
type hintError struct {
	error
	hint string
}

func (e hintError) Unwrap() error { return e.error }

func withHint(err error, hint string) error {
	return hintError{err, hint}
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(message, hint string) error {
	return usageError{withHint(errors.New(message), hint)}
}

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Sprintf("unknown argument %q", args[0]), fmt.Sprintf("see %q", c.CommandPath()+" --help"))
	}
	return nil
}

// printError writes a line for each of the errors that err joins.
func printError(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "latchkey-center: %s\n", visible(strings.TrimRight(line, "\n")))
	}
	if hinted, ok := errors.AsType[hintError](err); ok {
		fmt.Fprintf(w, "hint: %s\n", visible(hinted.hint))
	} else if hint := store.Hint(err); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", visible(hint))
	}
}
