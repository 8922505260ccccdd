package centercli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
)

// place is the directory that a command works on, and how the command answers.
type place struct {
	Database string
	JSON     bool
}

// command makes a command of the directory with the flags that all of them have.
func command(use, short string, p *place, args cobra.PositionalArgs, run func(ctx context.Context, args []string) error) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(c *cobra.Command, args []string) error { return run(c.Context(), args) },
	}
	databaseOption(c, &p.Database)
	c.Flags().BoolVar(&p.JSON, "json", false, "answer in JSON: one object; of a list, one on each line")
	return c
}

// group makes a command that is nothing without one of its own.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: noArgs, RunE: needsCommand}
	c.FParseErrWhitelist.UnknownFlags = true // the flags are right, the command is not
	c.AddCommand(commands...)
	return c
}

// oneArg takes exactly one argument, called what.
func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return usage(fmt.Sprintf("%q takes one %s", c.CommandPath(), what), fmt.Sprintf("see %q", c.CommandPath()+" --help"))
		}
		return nil
	}
}

// nothingToSet is a command "set" without a flag that says what.
func nothingToSet(c *cobra.Command) error {
	return usage("there is nothing to set", fmt.Sprintf("name what to change, see %q", c.CommandPath()+" --help"))
}

// with runs do, which only reads, on the database of p.
func with(ctx context.Context, e *env, p place, do func(*store.DB) error) error {
	return opened(ctx, e, p, store.OpenToRead, do)
}

// opened runs do on the database of p, which must be there already.
func opened(ctx context.Context, e *env, p place, open func(context.Context, string) (*store.DB, error), do func(*store.DB) error) error {
	url, err := databaseURL(e, p.Database)
	if err != nil {
		return err
	}
	if err := databaseIsThere(url); err != nil {
		return err
	}
	db, err := open(ctx, url)
	if err != nil {
		return err
	}
	return hinted(errors.Join(do(db), db.Close()))
}

// databaseIsThere keeps a misspelt path from becoming an empty directory.
func databaseIsThere(url string) error {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" {
		return nil
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // or store.Open says what it is
	}
	return withHint(fmt.Errorf("there is no database at %s", path),
		`name the right one with --database, or make one with "latchkey-center init"`)
}

// hinted says where to look for what was not found.
func hinted(err error) error {
	unknown, ok := errors.AsType[*directory.UnknownError](err)
	if !ok || unknown.Kind == directory.KindMember {
		return err
	}
	return withHint(err, fmt.Sprintf(`"latchkey-center %s list" has all there are`, strings.ReplaceAll(string(unknown.Kind), " ", "-")))
}

// edit changes the directory and says what was done.
func edit(ctx context.Context, e *env, p place, do func(*store.DB, *store.Edit) error, done func(*store.DB, bool) error) error {
	return opened(ctx, e, p, store.Open, func(db *store.DB) error {
		changed := false
		err := db.Edit(ctx, operator(), func(ed *store.Edit) error {
			err := do(db, ed)
			changed = ed.Changed()
			return err
		})
		if err != nil {
			return err
		}
		return done(db, changed)
	})
}

// operator is who runs the program, for the record.
func operator() string {
	u, err := user.Current()
	if err != nil {
		return strconv.Itoa(os.Getuid())
	}
	return cmp.Or(u.Username, u.Uid)
}

// changedOr says what was changed, or that nothing was.
func changedOr(changed bool, what string) string {
	if !changed {
		return "nothing to change"
	}
	return "changed " + what
}

// andAssignments says " and its 2 assignments".
func andAssignments(n int64) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " and its assignment"
	}
	return fmt.Sprintf(" and its %d assignments", n)
}
