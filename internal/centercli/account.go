package centercli

import (
	"cmp"
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
)

func newAccount(e *env) *cobra.Command {
	return group("account", "AWS accounts",
		newAccountAdd(e), newAccountList(e), newAccountShow(e), newAccountSet(e), newAccountRemove(e))
}

// accountLine is an account in a list.
type accountLine struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// accountView is an account alone.
type accountView struct {
	accountLine
	AssignmentCount int `json:"assignment_count"`
}

func (v accountView) rows() [][2]string {
	return [][2]string{{"id", v.ID}, {"name", v.Name}, {"email", cmp.Or(v.Email, "-")}, {"assignments", strconv.Itoa(v.AssignmentCount)}}
}

func viewAccount(ctx context.Context, l store.Lookup, a directory.Account) (accountView, error) {
	n, err := l.CountAssignments(ctx, directory.Assignment{AccountID: a.ID})
	return accountView{accountLine{a.ID, a.Name, a.Email}, n}, err
}

func accountDone(ctx context.Context, e *env, p place, db *store.DB, a directory.Account, message string) error {
	v, err := viewAccount(ctx, db.Lookup(), a)
	if err != nil {
		return err
	}
	return done(e, p.JSON, v, "%s", message)
}

type accountOptions struct {
	place
	Name, Email string
}

func (o *accountOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.Name, "name", "", "`NAME` that people see in their list")
	c.Flags().StringVar(&o.Email, "email", "", "`ADDRESS` of its root user, as AWS shows it")
}

func newAccountAdd(e *env) *cobra.Command {
	var o accountOptions
	c := command("add ID", "Add an account, after the others", &o.place, oneArg("ID of 12 digits"), func(ctx context.Context, args []string) error {
		a := directory.Account{ID: args[0], Name: o.Name, Email: o.Email}
		if a.Name == "" {
			return usage("the account needs a name", "give one with --name")
		}
		if err := a.Check(); err != nil {
			return err
		}
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) error { return ed.AddAccount(ctx, a) },
			func(db *store.DB, _ bool) error {
				return accountDone(ctx, e, o.place, db, a, "added account "+a.ID)
			})
	})
	o.flags(c)
	return c
}

func newAccountList(e *env) *cobra.Command {
	var p place
	return command("list", "List accounts, in the order that people see", &p, noArgs, func(ctx context.Context, _ []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			accounts := pages(ctx, int64(0), db.ListAccounts, func(a directory.Account) int64 { return a.Position })
			return list(e, p.JSON, []string{"ID", "NAME", "EMAIL"}, accounts,
				func(a directory.Account) any { return accountLine{a.ID, a.Name, a.Email} },
				func(a directory.Account) []string { return []string{a.ID, a.Name, cmp.Or(a.Email, "-")} })
		})
	})
}

func newAccountShow(e *env) *cobra.Command {
	var p place
	return command("show ID", "Show an account", &p, oneArg("ID"), func(ctx context.Context, args []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			a, err := db.Lookup().Account(ctx, args[0])
			if err != nil {
				return err
			}
			v, err := viewAccount(ctx, db.Lookup(), a)
			if err != nil {
				return err
			}
			return show(e, p.JSON, v)
		})
	})
}

func newAccountSet(e *env) *cobra.Command {
	var o accountOptions
	var c *cobra.Command
	c = command("set ID", "Change an account's name or address", &o.place, oneArg("ID"), func(ctx context.Context, args []string) error {
		changed := c.Flags().Changed
		if !changed("name") && !changed("email") {
			return nothingToSet(c)
		}
		var a directory.Account
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) error {
				had, err := ed.Account(ctx, args[0])
				if err != nil {
					return err
				}
				a = had
				setIf(changed("name"), &a.Name, o.Name)
				setIf(changed("email"), &a.Email, o.Email)
				said := directory.Account{ID: a.ID, Name: a.Name, Email: o.Email} // as of users
				if err := said.Check(); err != nil {
					return err
				}
				return ed.SetAccount(ctx, had, a)
			},
			func(db *store.DB, done bool) error {
				return accountDone(ctx, e, o.place, db, a, changedOr(done, "account "+a.ID))
			})
	})
	o.flags(c)
	return c
}

func newAccountRemove(e *env) *cobra.Command {
	var p place
	return command("remove ID", "Remove an account, and what is assigned in it", &p, oneArg("ID"), func(ctx context.Context, args []string) error {
		var v accountView
		var assignments int64
		return edit(ctx, e, p,
			func(_ *store.DB, ed *store.Edit) error {
				a, err := ed.Account(ctx, args[0])
				if err != nil {
					return err
				}
				if v, err = viewAccount(ctx, ed.Lookup, a); err != nil {
					return err
				}
				assignments, err = ed.RemoveAccount(ctx, a)
				return err
			},
			func(*store.DB, bool) error {
				return done(e, p.JSON, v, "removed account %s%s", v.ID, andAssignments(assignments))
			})
	})
}
