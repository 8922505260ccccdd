package centercli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
)

type initOptions struct {
	place
	Name, Email string
	NoInput     bool
}

func newInit(e *env) *cobra.Command {
	var o initOptions
	c := command("init", "Make the database and the first administrator, and say what to do next", &o.place, noArgs,
		func(ctx context.Context, _ []string) error { return runInit(ctx, e, o) })
	c.Flags().StringVar(&o.Name, "name", "", "the administrator's user `NAME`")
	c.Flags().StringVar(&o.Email, "email", "", "the administrator's e-mail `ADDRESS`")
	c.Flags().BoolVar(&o.NoInput, "no-input", false, "ask nothing: flags say who, the first line of stdin is the password")
	return c
}

func runInit(ctx context.Context, e *env, o initOptions) error {
	url, err := databaseURL(e, o.Database)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(begin(ctx, e, o, db, url), db.Close())
}

func begin(ctx context.Context, e *env, o initOptions, db *store.DB, url string) error {
	if err := refuseUsers(ctx, db.Lookup(), url); err != nil {
		return err
	}
	u, err := o.administrator(ctx, e)
	if err != nil {
		return err
	}
	err = db.Edit(ctx, operator(), func(ed *store.Edit) error {
		if err := refuseUsers(ctx, ed.Lookup, url); err != nil {
			return err
		}
		return ed.AddUser(ctx, u)
	})
	if err != nil {
		return err
	}
	if o.JSON {
		return printJSON(e.out, newUserLine(u))
	}
	_, err = fmt.Fprintf(e.out, nextSteps, u.Name, withoutPassword(url), databaseFlag(o.Database))
	return err
}

// refuseUsers keeps the first run from being the second.
func refuseUsers(ctx context.Context, l store.Lookup, url string) error {
	any, err := l.AnyUser(ctx)
	if err != nil || !any {
		return err
	}
	return withHint(fmt.Errorf("%s has users already", withoutPassword(url)),
		`add another with "latchkey-center user add NAME --administrator", or begin elsewhere with --database`)
}

// administrator asks who that is, or takes it from the flags.
func (o initOptions) administrator(ctx context.Context, e *env) (u directory.User, err error) {
	t, ok := terminalOf(e)
	if !ok && !o.NoInput {
		return u, usage("stdin is no terminal to ask in", "give --no-input, --name and --email, and the password as the first line of stdin")
	}
	ask := ok && !o.NoInput
	if ask { // what flags say is checked before the rest is asked
		given := directory.User{Name: cmp.Or(o.Name, "admin"), Email: o.Email}
		if err := given.Check(); err != nil {
			return u, err
		}
		if err := o.ask(ctx, t); err != nil {
			return u, err
		}
	}
	if o.Name == "" {
		return u, usage("--name is missing", "give the administrator's user name, such as --name admin")
	}
	u = directory.User{ID: secret.ID(), Name: o.Name, Email: o.Email, Administrator: true}
	if err := u.Check(); err != nil {
		return u, err
	}
	if ask {
		u.PasswordHash, err = askedHash(ctx, t, u.Name)
	} else {
		u.PasswordHash, err = hashedLine(e, u.Name)
	}
	return u, err
}

// ask asks for what no flag said.
func (o *initOptions) ask(ctx context.Context, t terminal) (err error) {
	if o.Name == "" {
		if o.Name, err = t.askFor(ctx, "Administrator's user name", "admin", "name", directory.ValidUserName); err != nil {
			return err
		}
	}
	if o.Email == "" {
		o.Email, err = t.askFor(ctx, "E-mail address (may be empty)", "", "email", directory.ValidEmail)
	}
	return err
}

// withoutPassword is a database's URL as it may be shown.
func withoutPassword(url string) string {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return path
	}
	return "the database"
}

// databaseFlag is what the next commands need to find the same database.
func databaseFlag(given string) string {
	switch {
	case given == "":
		return ""
	case strings.HasPrefix(given, "sqlite:") && !strings.ContainsAny(given, " '\"\\$"):
		return " --database " + given
	}
	return " --database …"
}

const nextSteps = `added administrator %[1]s in %[2]s

Next, serve it, and sign in at http://127.0.0.1:8080/start:

  latchkey-center serve%[3]s

Then give a role, while it serves:

  latchkey-center account add 123456789011 --name DeveloperAccount%[3]s
  latchkey-center permission-set add ReadOnly%[3]s \
    --managed-policy arn:aws:iam::aws:policy/ReadOnlyAccess
  latchkey-center assignment add --account 123456789011%[3]s \
    --permission-set ReadOnly --user %[1]s

And use it:

  latchkey configure sso --sso-start-url http://127.0.0.1:8080/start
`
