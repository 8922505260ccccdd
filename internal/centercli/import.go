package centercli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"latchkey/internal/center"
)

func newImport(e *env) *cobra.Command {
	var database string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Import users, groups, accounts, permission sets and assignments from YAML (- for stdin)",
		Long: "Import users, groups, accounts, permission sets and assignments from YAML (- for stdin).\n\n" +
			"What the file names is added or changed, the rest stays; to import twice changes nothing.\n" +
			"\"latchkey-center export\" writes such a file. A database that is not there is made.",
		Example: "  users: [{name: alice, email: alice@example.com}]\n" +
			"  groups: [{name: developers, members: [alice]}]\n" +
			"  accounts: [{id: \"123456789011\", name: DeveloperAccount}]\n" +
			"  permission_sets: [{name: ReadOnly, session_duration: 1h}]\n" +
			"  assignments: [{account: \"123456789011\", permission_set: ReadOnly, group: developers}]",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("import takes one file", fmt.Sprintf("see %q", c.CommandPath()+" --help"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return runImport(c.Context(), e, database, args[0]) },
	}
	databaseOption(c, &database)
	return c
}

func runImport(ctx context.Context, e *env, database, file string) error {
	database, err := databaseURL(e, database)
	if err != nil {
		return err
	}
	in, name, err := openImport(e, file) // before a database is made for it
	if err != nil {
		return err
	}
	defer in.Close()
	c, err := center.New(ctx, center.Config{Database: database, Operator: operator(), Logger: newLogger(e, false)})
	if err != nil {
		return err
	}
	summary, err := importFrom(ctx, c, in, name)
	if err := errors.Join(err, c.Close()); err != nil {
		return err
	}
	fmt.Fprintln(e.out, describe(summary))
	return nil
}

// openImport opens a file, or stdin for "-", and says what it is called.
func openImport(e *env, file string) (in io.ReadCloser, name string, err error) {
	if file == "-" {
		return io.NopCloser(e.in), "stdin", nil
	}
	in, err = os.Open(file)
	return in, file, err
}

func importFile(ctx context.Context, e *env, c *center.Center, file string) (center.Summary, error) {
	in, name, err := openImport(e, file)
	if err != nil {
		return center.Summary{}, err
	}
	defer in.Close()
	return importFrom(ctx, c, in, name)
}

func importFrom(ctx context.Context, c *center.Center, in io.Reader, name string) (center.Summary, error) {
	summary, err := c.Import(ctx, in, name)
	if err != nil {
		return summary, withHint(err, "nothing was imported; correct the file and import it again")
	}
	return summary, nil
}

// describe says "added or changed: 1 user, 2 accounts".
func describe(s center.Summary) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{
		{s.Users, "user"}, {s.Groups, "group"}, {s.Accounts, "account"},
		{s.PermissionSets, "permission set"}, {s.Assignments, "assignment"}, {s.Settings, "setting"},
	} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.noun)
		case p.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.noun))
		}
	}
	if len(parts) == 0 {
		return "nothing to change"
	}
	return "added or changed: " + strings.Join(parts, ", ")
}

// visible shows characters that would act on a terminal as escapes.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}
