package centercli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
)

func newAssignment(e *env) *cobra.Command {
	return group("assignment", "Who may be what in which account",
		newAssignmentAdd(e), newAssignmentList(e), newAssignmentShow(e), newAssignmentSet(e), newAssignmentRemove(e))
}

// assignmentLine is an assignment; one of User and Group is "".
type assignmentLine struct {
	Account       string `json:"account"`
	AccountName   string `json:"account_name"`
	PermissionSet string `json:"permission_set"`
	User          string `json:"user"`
	Group         string `json:"group"`
}

func newAssignmentLine(g store.Grant) assignmentLine {
	l := assignmentLine{Account: g.Account.ID, AccountName: g.Account.Name, PermissionSet: g.PermissionSet.Name}
	if g.Kind == directory.KindGroup {
		l.Group = g.Principal
	} else {
		l.User = g.Principal
	}
	return l
}

func (l assignmentLine) who() string {
	if l.Group != "" {
		return "group " + l.Group
	}
	return "user " + l.User
}

// assignmentView is an assignment alone, with those who have it by it.
type assignmentView struct {
	assignmentLine
	People []string `json:"people"`
}

func (v assignmentView) rows() [][2]string {
	return [][2]string{
		{"account", v.Account + " " + v.AccountName}, {"permission set", v.PermissionSet}, {"assigned to", v.who()},
		{"people", strings.Join(v.People, ", ")},
	}
}

type assignmentOptions struct {
	place
	Account, User, Group string
	PermissionSets       []string // one but for "set"
}

func (o *assignmentOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.Account, "account", "", "`ID` of the account")
	f.StringVar(&o.User, "user", "", "`NAME` of the user who has it")
	f.StringVar(&o.Group, "group", "", "`NAME` of the group that has it")
}

// oneSet adds the flag for exactly one permission set.
func (o *assignmentOptions) oneSet(c *cobra.Command) {
	o.PermissionSets = []string{""}
	c.Flags().StringVar(&o.PermissionSets[0], "permission-set", "", "`NAME` of the permission set")
}

func (o assignmentOptions) check() error {
	const example = "give --account, --permission-set, and --user or --group"
	switch {
	case o.Account == "":
		return usage("--account is missing", example)
	case len(o.PermissionSets) == 1 && o.PermissionSets[0] == "":
		return usage("--permission-set is missing", example)
	case (o.User == "") == (o.Group == ""):
		return usage("want either --user or --group", example)
	}
	return nil
}

// grant finds what the options name, but for the permission set.
func (o assignmentOptions) grant(ctx context.Context, l store.Lookup) (g store.Grant, err error) {
	if g.Account, err = l.Account(ctx, o.Account); err != nil {
		return g, err
	}
	if o.Group != "" {
		found, err := l.Group(ctx, o.Group)
		g.Kind, g.PrincipalID, g.Principal = directory.KindGroup, found.ID, found.Name
		return g, err
	}
	found, err := l.User(ctx, o.User)
	g.Kind, g.PrincipalID, g.Principal = directory.KindUser, found.ID, found.Name
	return g, err
}

func (o assignmentOptions) grantOne(ctx context.Context, l store.Lookup) (store.Grant, error) {
	g, err := o.grant(ctx, l)
	if err != nil {
		return g, err
	}
	g.PermissionSet, err = l.PermissionSet(ctx, o.PermissionSets[0])
	return g, err
}

func newAssignmentAdd(e *env) *cobra.Command {
	return oneAssignment(e, "add", "Assign a permission set in an account to a user or to a group",
		"added assignment: ", (*store.Edit).Assign)
}

func newAssignmentRemove(e *env) *cobra.Command {
	return oneAssignment(e, "remove", "Take an assignment away",
		"removed assignment: ", (*store.Edit).Unassign)
}

func oneAssignment(e *env, use, short, message string, change func(*store.Edit, context.Context, store.Grant) error) *cobra.Command {
	var o assignmentOptions
	c := command(use, short, &o.place, noArgs, func(ctx context.Context, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		var g store.Grant
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) (err error) {
				if g, err = o.grantOne(ctx, ed.Lookup); err != nil {
					return err
				}
				return change(ed, ctx, g)
			},
			func(db *store.DB, _ bool) error {
				v, err := viewAssignment(ctx, db, g)
				if err != nil {
					return err
				}
				return done(e, o.JSON, v, "%s%s", message, g)
			})
	})
	o.flags(c)
	o.oneSet(c)
	c.Example = "  latchkey-center assignment " + use + " --account 123456789011 --permission-set ReadOnly --group developers"
	return c
}

func viewAssignment(ctx context.Context, db *store.DB, g store.Grant) (assignmentView, error) {
	v := assignmentView{newAssignmentLine(g), []string{}}
	if g.Kind == directory.KindUser {
		v.People = append(v.People, g.Principal)
		return v, nil
	}
	members, err := db.Members(ctx, g.PrincipalID)
	for _, m := range members {
		v.People = append(v.People, m.Name)
	}
	return v, err
}

func newAssignmentShow(e *env) *cobra.Command {
	var o assignmentOptions
	c := command("show", "Show an assignment, and the people who have it", &o.place, noArgs, func(ctx context.Context, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return with(ctx, e, o.place, func(db *store.DB) error {
			g, err := o.grantOne(ctx, db.Lookup())
			if err != nil {
				return err
			}
			if err := db.Lookup().Assigned(ctx, g); err != nil {
				return err
			}
			v, err := viewAssignment(ctx, db, g)
			if err != nil {
				return err
			}
			return show(e, o.JSON, v)
		})
	})
	o.flags(c)
	o.oneSet(c)
	return c
}

func newAssignmentSet(e *env) *cobra.Command {
	var o assignmentOptions
	c := command("set", "Make these permission sets all that a user or a group has in an account", &o.place, noArgs,
		func(ctx context.Context, _ []string) error { return runAssignmentSet(ctx, e, o) })
	o.flags(c)
	c.Flags().StringArrayVar(&o.PermissionSets, "permission-set", nil, "`NAME` of a permission set; may be repeated; \"\" alone for none")
	return c
}

func runAssignmentSet(ctx context.Context, e *env, o assignmentOptions) error {
	if len(o.PermissionSets) == 0 {
		o.PermissionSets = []string{""} // for check to complain of
	} else if o.PermissionSets[0] == "" {
		o.PermissionSets = nil
	}
	if err := o.check(); err != nil {
		return err
	}
	var g store.Grant
	var sets []directory.PermissionSet
	return edit(ctx, e, o.place,
		func(_ *store.DB, ed *store.Edit) (err error) {
			if g, err = o.grant(ctx, ed.Lookup); err != nil {
				return err
			}
			if sets, err = o.sets(ctx, ed.Lookup); err != nil {
				return err
			}
			return ed.AssignOnly(ctx, g, sets)
		},
		func(_ *store.DB, changed bool) error { return assignmentsDone(e, o.JSON, g, sets, changed) })
}

func (o assignmentOptions) sets(ctx context.Context, l store.Lookup) ([]directory.PermissionSet, error) {
	var sets []directory.PermissionSet
	for i, name := range o.PermissionSets {
		if slices.Contains(o.PermissionSets[:i], name) {
			continue
		}
		s, err := l.PermissionSet(ctx, name)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// assignmentsDone answers with all assignments that there are now between the
// two, one a line.
func assignmentsDone(e *env, asJSON bool, g store.Grant, sets []directory.PermissionSet, changed bool) error {
	if !asJSON {
		what := "what " + string(g.Kind) + " " + g.Principal + " has in " + g.Account.ID
		return done(e, false, nil, "%s", changedOr(changed, what))
	}
	for _, s := range sets {
		g.PermissionSet = s
		if err := printJSON(e.out, newAssignmentLine(g)); err != nil {
			return err
		}
	}
	return nil
}

func newAssignmentList(e *env) *cobra.Command {
	var p place
	var f directory.AssignmentFilter
	c := command("list", "List assignments, by account", &p, noArgs, func(ctx context.Context, _ []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			if err := filterKnown(ctx, db.Lookup(), f); err != nil {
				return err
			}
			all := pages(ctx, directory.AssignmentKey{}, func(ctx context.Context, after directory.AssignmentKey, limit int) ([]directory.AssignmentNames, error) {
				return db.ListAssignments(ctx, f, after, limit)
			}, func(a directory.AssignmentNames) directory.AssignmentKey { return a.Key })
			return list(e, p.JSON, []string{"ACCOUNT", "NAME", "PERMISSION SET", "ASSIGNED TO"}, all,
				func(a directory.AssignmentNames) any { return lineOf(a) },
				func(a directory.AssignmentNames) []string {
					return []string{a.AccountID, a.AccountName, a.PermissionSet, lineOf(a).who()}
				})
		})
	})
	c.Flags().StringVar(&f.Account, "account", "", "only in the account `ID`")
	c.Flags().StringVar(&f.PermissionSet, "permission-set", "", "only of the permission set `NAME`")
	c.Flags().StringVar(&f.User, "user", "", "only what the user `NAME` has, also by groups")
	c.Flags().StringVar(&f.Group, "group", "", "only what is assigned to the group `NAME`")
	return c
}

func lineOf(a directory.AssignmentNames) assignmentLine {
	return assignmentLine{a.AccountID, a.AccountName, a.PermissionSet, a.User, a.Group}
}

// filterKnown keeps a misspelt name from being answered with nothing.
func filterKnown(ctx context.Context, l store.Lookup, f directory.AssignmentFilter) error {
	var err error
	if f.Account != "" {
		_, err = l.Account(ctx, f.Account)
	}
	if f.PermissionSet != "" && err == nil {
		_, err = l.PermissionSet(ctx, f.PermissionSet)
	}
	if f.User != "" && err == nil {
		_, err = l.User(ctx, f.User)
	}
	if f.Group != "" && err == nil {
		_, err = l.Group(ctx, f.Group)
	}
	return err
}
