package centercli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
)

func newUser(e *env) *cobra.Command {
	return group("user", "People: who can sign in",
		newUserAdd(e), newUserList(e), newUserShow(e), newUserSet(e), newUserRemove(e),
		newUserPasswd(e), newUserDisable(e, true), newUserDisable(e, false),
		newUserSessions(e), newUserSignOut(e), newUserTOTP(e))
}

// userLine is a user in a list.
type userLine struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Email         string `json:"email"`
	Source        string `json:"source"`
	ExternalID    string `json:"external_id"`
	Disabled      bool   `json:"disabled"`
	Administrator bool   `json:"administrator"`
	HasPassword   bool   `json:"has_password"`
}

func newUserLine(u directory.User) userLine {
	return userLine{u.ID, u.Name, u.Email, u.Source, u.ExternalID, u.Disabled, u.Administrator, u.PasswordHash != ""}
}

// userView is a user alone.
type userView struct {
	userLine
	SecondFactor bool                   `json:"second_factor"`
	Groups       []directory.Membership `json:"groups"`
}

func (v userView) rows() [][2]string {
	return [][2]string{
		{"name", v.Name}, {"email", cmp.Or(v.Email, "-")}, {"id", v.ID}, {"from", cmp.Or(v.Source, "this directory")},
		{"disabled", yesNo(v.Disabled)}, {"administrator", yesNo(v.Administrator)},
		{"password", yesNo(v.HasPassword)}, {"second factor", yesNo(v.SecondFactor)},
		{"groups", cmp.Or(membershipNames(v.Groups), "none")},
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// membershipNames says "developers, ops (from corp)".
func membershipNames(all []directory.Membership) string {
	var names []string
	for _, m := range all {
		if m.Source != "" {
			m.Name += " (from " + m.Source + ")"
		}
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

func viewUser(ctx context.Context, db *store.DB, u directory.User) (userView, error) {
	v := userView{userLine: newUserLine(u)}
	var err error
	if v.SecondFactor, err = hasSecondFactor(ctx, db, u); err != nil {
		return v, err
	}
	v.Groups, err = db.Memberships(ctx, u.ID)
	if v.Groups == nil {
		v.Groups = []directory.Membership{}
	}
	return v, err
}

// userDone answers with a user who was changed.
func userDone(ctx context.Context, e *env, p place, db *store.DB, u directory.User, message string) error {
	v, err := viewUser(ctx, db, u)
	if err != nil {
		return err
	}
	return done(e, p.JSON, v, "%s", message)
}

type userOptions struct {
	place
	Name, Email   string
	Administrator bool
	PasswordStdin bool
}

func (o *userOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.Email, "email", "", "e-mail `ADDRESS`")
	c.Flags().BoolVar(&o.Administrator, "administrator", false, "may sign in with a password of this directory when others sign in elsewhere; --administrator=false: may not any more")
}

func newUserAdd(e *env) *cobra.Command {
	var o userOptions
	c := command("add NAME", "Add a user", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		return runUserAdd(ctx, e, o, args[0])
	})
	o.flags(c)
	c.Flags().BoolVar(&o.PasswordStdin, "password-stdin", false, "the password is the first line of stdin")
	c.Long = "Add a user.\n\n" +
		"Without --password-stdin there is no password yet: \"latchkey-center user passwd NAME\" asks for one.\n" +
		"Who signs in elsewhere is added at the first sign-in."
	return c
}

func runUserAdd(ctx context.Context, e *env, o userOptions, name string) error {
	u := directory.User{ID: secret.ID(), Name: name, Email: o.Email, Administrator: o.Administrator}
	if err := u.Check(); err != nil {
		return err
	}
	next := "; give a password with: latchkey-center user passwd " + name
	if o.PasswordStdin {
		var err error
		if u.PasswordHash, err = hashedLine(e, name); err != nil {
			return err
		}
		next = ""
	}
	return edit(ctx, e, o.place,
		func(_ *store.DB, ed *store.Edit) error { return ed.AddUser(ctx, u) },
		func(db *store.DB, _ bool) error { return userDone(ctx, e, o.place, db, u, "added user "+name+next) })
}

func newUserList(e *env) *cobra.Command {
	var p place
	var f directory.UserFilter
	c := command("list", "List users, by name", &p, noArgs, func(ctx context.Context, _ []string) error {
		return runUserList(ctx, e, p, f)
	})
	c.Flags().StringVar(&f.Group, "group", "", "only the members of the group `NAME`")
	c.Flags().StringVar(&f.Source, "source", "", "only those from the sign-in method `NAME`")
	c.Flags().BoolVar(&f.Disabled, "disabled", false, "only those who are disabled")
	return c
}

func runUserList(ctx context.Context, e *env, p place, f directory.UserFilter) error {
	return with(ctx, e, p, func(db *store.DB) error {
		if f.Group != "" {
			if _, err := db.Lookup().Group(ctx, f.Group); err != nil {
				return err
			}
		}
		users := pages(ctx, "", func(ctx context.Context, after string, limit int) ([]directory.User, error) {
			return db.ListUsers(ctx, f, after, limit)
		}, func(u directory.User) string { return directory.UserKey(u.Name) })
		return list(e, p.JSON, []string{"NAME", "EMAIL", "FROM", "STATE"}, users,
			func(u directory.User) any { return newUserLine(u) }, userRow)
	})
}

func userRow(u directory.User) []string {
	var states []string
	if u.Disabled {
		states = append(states, "disabled")
	}
	if u.Administrator {
		states = append(states, "administrator")
	}
	if u.Source == "" && u.PasswordHash == "" {
		states = append(states, "no password")
	}
	return []string{u.Name, cmp.Or(u.Email, "-"), cmp.Or(u.Source, "here"), strings.Join(states, ", ")}
}

func newUserShow(e *env) *cobra.Command {
	var p place
	return command("show NAME", "Show a user", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			u, err := db.Lookup().User(ctx, args[0])
			if err != nil {
				return err
			}
			v, err := viewUser(ctx, db, u)
			if err != nil {
				return err
			}
			return show(e, p.JSON, v)
		})
	})
}

func newUserSet(e *env) *cobra.Command {
	var o userOptions
	var c *cobra.Command
	c = command("set NAME", "Change a user's name, address or being an administrator", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		changed := c.Flags().Changed
		if !changed("name") && !changed("email") && !changed("administrator") {
			return nothingToSet(c)
		}
		return changeUser(ctx, e, o.place, args[0], func(u *directory.User) error {
			setIf(changed("name"), &u.Name, o.Name)
			setIf(changed("email"), &u.Email, o.Email)
			setIf(changed("administrator"), &u.Administrator, o.Administrator)
			said := directory.User{Name: u.Name, Email: o.Email} // an address of before may be what is not taken any more
			return said.Check()
		})
	})
	c.Flags().StringVar(&o.Name, "name", "", "another `NAME`, which is also the session name of the roles from then on")
	o.flags(c)
	return c
}

func setIf[T any](given bool, target *T, value T) {
	if given {
		*target = value
	}
}

// changeUser makes of a user what change does.
func changeUser(ctx context.Context, e *env, p place, name string, change func(*directory.User) error) error {
	var u directory.User
	what := ""
	return edit(ctx, e, p,
		func(_ *store.DB, ed *store.Edit) error {
			had, err := ed.User(ctx, name)
			if err != nil {
				return err
			}
			u = had
			if err := change(&u); err != nil {
				return err
			}
			what = "user " + u.Name
			if u.Disabled && !had.Disabled || u.PasswordHash != had.PasswordHash {
				what += ", who is signed out of everything"
			}
			return ed.SetUser(ctx, had, u)
		},
		func(db *store.DB, changed bool) error {
			return userDone(ctx, e, p, db, u, changedOr(changed, what))
		})
}

func newUserDisable(e *env, disable bool) *cobra.Command {
	use, short := "enable NAME", "Let a disabled user sign in again"
	if disable {
		use, short = "disable NAME", "Keep a user out, and sign the user out of everything at once"
	}
	var p place
	return command(use, short, &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		return changeUser(ctx, e, p, args[0], func(u *directory.User) error {
			u.Disabled = disable
			return nil
		})
	})
}

func newUserRemove(e *env) *cobra.Command {
	var p place
	return command("remove NAME", "Remove a user, signed out of everything at once", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		var v userView
		var assignments int64
		return edit(ctx, e, p,
			func(db *store.DB, ed *store.Edit) error {
				u, err := ed.User(ctx, args[0])
				if err != nil {
					return err
				}
				if v, err = viewUser(ctx, db, u); err != nil {
					return err
				}
				assignments, err = ed.RemoveUser(ctx, u)
				return err
			},
			func(*store.DB, bool) error {
				return done(e, p.JSON, v, "removed user %s%s", v.Name, andAssignments(assignments))
			})
	})
}
