package centercli

import (
	"cmp"
	"context"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
)

func newGroup(e *env) *cobra.Command {
	return group("group", "Groups of people, to which roles are assigned",
		newGroupAdd(e), newGroupList(e), newGroupShow(e), newGroupSet(e), newGroupRemove(e))
}

// groupLine is a group in a list.
type groupLine struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	MemberCount int    `json:"member_count"`
}

// groupView is a group alone.
type groupView struct {
	groupLine
	Members         []directory.Membership `json:"members"`
	AssignmentCount int                    `json:"assignment_count"`
}

func (v groupView) rows() [][2]string {
	return [][2]string{
		{"name", v.Name}, {"id", v.ID}, {"members", cmp.Or(membershipNames(v.Members), "none")},
		{"assignments", strconv.Itoa(v.AssignmentCount)},
	}
}

func viewGroup(ctx context.Context, db *store.DB, g directory.Group) (groupView, error) {
	v := groupView{groupLine: groupLine{ID: g.ID, Name: g.Name}}
	var err error
	if v.Members, err = db.Members(ctx, g.ID); err != nil {
		return v, err
	}
	if v.Members == nil {
		v.Members = []directory.Membership{}
	}
	v.MemberCount = len(v.Members)
	v.AssignmentCount, err = db.Lookup().CountAssignments(ctx, directory.Assignment{PrincipalID: g.ID})
	return v, err
}

func groupDone(ctx context.Context, e *env, p place, db *store.DB, g directory.Group, message string) error {
	v, err := viewGroup(ctx, db, g)
	if err != nil {
		return err
	}
	return done(e, p.JSON, v, "%s", message)
}

type groupOptions struct {
	place
	Name        string
	Add, Remove []string
}

func newGroupAdd(e *env) *cobra.Command {
	var o groupOptions
	c := command("add NAME", "Add a group", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		g := directory.Group{ID: secret.ID(), Name: args[0]}
		if err := g.Check(); err != nil {
			return err
		}
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) error {
				if err := ed.AddGroup(ctx, g); err != nil {
					return err
				}
				return o.members(ctx, ed, g)
			},
			func(db *store.DB, _ bool) error {
				return groupDone(ctx, e, o.place, db, g, "added group "+g.Name)
			})
	})
	c.Flags().StringArrayVar(&o.Add, "add-member", nil, "`NAME` of a user who is in it; may be repeated")
	// What one types first: nobody is in a new group to whom to add.
	c.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "member" {
			name = "add-member"
		}
		return pflag.NormalizedName(name)
	})
	return c
}

// members adds and removes those that the options name.
func (o groupOptions) members(ctx context.Context, ed *store.Edit, g directory.Group) error {
	if err := eachUser(ctx, ed, o.Add, g, ed.AddMember); err != nil {
		return err
	}
	return eachUser(ctx, ed, o.Remove, g, ed.RemoveMember)
}

func eachUser(ctx context.Context, ed *store.Edit, names []string, g directory.Group, do func(context.Context, directory.Group, directory.User) error) error {
	for _, name := range names {
		u, err := ed.User(ctx, name)
		if err != nil {
			return err
		}
		if err := do(ctx, g, u); err != nil {
			return err
		}
	}
	return nil
}

func newGroupList(e *env) *cobra.Command {
	var p place
	var user string
	c := command("list", "List groups, by name", &p, noArgs, func(ctx context.Context, _ []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			if user != "" {
				if _, err := db.Lookup().User(ctx, user); err != nil {
					return err
				}
			}
			groups := pages(ctx, "", func(ctx context.Context, after string, limit int) ([]directory.GroupSize, error) {
				return db.ListGroups(ctx, user, after, limit)
			}, func(g directory.GroupSize) string { return g.Name })
			return list(e, p.JSON, []string{"NAME", "MEMBERS"}, groups,
				func(g directory.GroupSize) any { return groupLine{g.ID, g.Name, g.Members} },
				func(g directory.GroupSize) []string { return []string{g.Name, strconv.Itoa(g.Members)} })
		})
	})
	c.Flags().StringVar(&user, "user", "", "only those that the user `NAME` is in")
	return c
}

func newGroupShow(e *env) *cobra.Command {
	var p place
	return command("show NAME", "Show a group and its members", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			g, err := db.Lookup().Group(ctx, args[0])
			if err != nil {
				return err
			}
			v, err := viewGroup(ctx, db, g)
			if err != nil {
				return err
			}
			return show(e, p.JSON, v)
		})
	})
}

func newGroupSet(e *env) *cobra.Command {
	var o groupOptions
	var c *cobra.Command
	c = command("set NAME", "Change a group's name or members", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		if c.Flags().Changed("name") || len(o.Add)+len(o.Remove) > 0 {
			return runGroupSet(ctx, e, o, args[0])
		}
		return nothingToSet(c)
	})
	c.Flags().StringVar(&o.Name, "name", "", "another `NAME`")
	c.Flags().StringArrayVar(&o.Add, "add-member", nil, "`NAME` of a user to put in; may be repeated")
	c.Flags().StringArrayVar(&o.Remove, "remove-member", nil, "`NAME` of a user to take out; may be repeated")
	return c
}

func runGroupSet(ctx context.Context, e *env, o groupOptions, name string) error {
	want := directory.Group{Name: cmp.Or(o.Name, name)}
	if err := want.Check(); err != nil {
		return err
	}
	return edit(ctx, e, o.place,
		func(_ *store.DB, ed *store.Edit) error {
			g, err := ed.Group(ctx, name)
			if err != nil {
				return err
			}
			want.ID = g.ID
			if err := o.members(ctx, ed, g); err != nil {
				return err
			}
			return ed.RenameGroup(ctx, g, want.Name)
		},
		func(db *store.DB, changed bool) error {
			return groupDone(ctx, e, o.place, db, want, changedOr(changed, "group "+want.Name))
		})
}

func newGroupRemove(e *env) *cobra.Command {
	var p place
	return command("remove NAME", "Remove a group, and what is assigned to it", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		var v groupView
		var assignments int64
		return edit(ctx, e, p,
			func(db *store.DB, ed *store.Edit) error {
				g, err := ed.Group(ctx, args[0])
				if err != nil {
					return err
				}
				if v, err = viewGroup(ctx, db, g); err != nil {
					return err
				}
				assignments, err = ed.RemoveGroup(ctx, g)
				return err
			},
			func(*store.DB, bool) error {
				return done(e, p.JSON, v, "removed group %s%s", v.Name, andAssignments(assignments))
			})
	})
}
