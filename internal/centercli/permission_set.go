package centercli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/importfile"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/store"
)

func newPermissionSet(e *env) *cobra.Command {
	return group("permission-set", "What people may be in an account: the roles",
		newPermissionSetAdd(e), newPermissionSetList(e), newPermissionSetShow(e), newPermissionSetSet(e), newPermissionSetRemove(e))
}

// setLine is a permission set in a list. The duration is as in the YAML: 1h30m.
type setLine struct {
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	Description     string            `json:"description"`
	SessionDuration string            `json:"session_duration"`
	RelayState      string            `json:"relay_state"`
	ManagedPolicies []string          `json:"managed_policies"`
	InlinePolicy    string            `json:"inline_policy"`
	Tags            map[string]string `json:"tags"`
}

func newSetLine(s directory.PermissionSet) setLine {
	l := setLine{s.ID, s.Name, s.Description, importfile.Duration(s.SessionDuration), s.RelayState, s.ManagedPolicies, s.InlinePolicy, s.Tags}
	if l.ManagedPolicies == nil {
		l.ManagedPolicies = []string{}
	}
	if l.Tags == nil {
		l.Tags = map[string]string{}
	}
	return l
}

// setView is a permission set alone.
type setView struct {
	setLine
	AssignmentCount int `json:"assignment_count"`
}

func (v setView) rows() [][2]string {
	rows := [][2]string{
		{"name", v.Name}, {"description", cmp.Or(v.Description, "-")}, {"id", v.ID}, {"session duration", v.SessionDuration},
		{"relay state", cmp.Or(v.RelayState, "the console's first page")}, {"assignments", strconv.Itoa(v.AssignmentCount)},
	}
	for _, arn := range v.ManagedPolicies {
		rows = append(rows, [2]string{"managed policy", arn})
	}
	for _, key := range slices.Sorted(maps.Keys(v.Tags)) {
		rows = append(rows, [2]string{"tag", key + "=" + v.Tags[key]})
	}
	for line := range strings.Lines(v.InlinePolicy) {
		rows = append(rows, [2]string{"inline policy", strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\r\n")})
	}
	return rows
}

func viewSet(ctx context.Context, l store.Lookup, s directory.PermissionSet) (setView, error) {
	n, err := l.CountAssignments(ctx, directory.Assignment{PermissionSetID: s.ID})
	return setView{newSetLine(s), n}, err
}

func setDone(ctx context.Context, e *env, p place, db *store.DB, s directory.PermissionSet, message string) error {
	v, err := viewSet(ctx, db.Lookup(), s)
	if err != nil {
		return err
	}
	return done(e, p.JSON, v, "%s", message)
}

type setOptions struct {
	place
	Description  string
	Duration     time.Duration
	RelayState   string
	Managed      []string
	InlinePolicy string // a file
	Tags         []string

	document string // these two: what read made of the two before
	tags     map[string]string
}

// setFlags are the names of those that say what a permission set is.
var setFlags = [...]string{"description", "session-duration", "relay-state", "managed-policy", "inline-policy", "tag"}

func (o *setOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.Description, "description", "", "`TEXT`: what it is for")
	f.Var(durationFlag{&o.Duration, "1h, 90m or 8h30m"}, "session-duration", "how long credentials last, from 1h, which a new one has, to 12h")
	f.StringVar(&o.RelayState, "relay-state", "", "`URL` where the console opens: an https address of AWS's, or a path of this center")
	f.StringArrayVar(&o.Managed, "managed-policy", nil, "`ARN` of a policy of AWS's; may be repeated, all together replace those before; \"\" for none")
	f.StringVar(&o.InlinePolicy, "inline-policy", "", "`FILE` with a policy in JSON, - for stdin; \"\" for none")
	f.StringArrayVar(&o.Tags, "tag", nil, "`KEY=VALUE`; may be repeated, all together replace those before; \"\" for none")
}

// read reads and parses what the flags name.
func (o *setOptions) read(e *env) (err error) {
	if o.tags, err = parseTags(o.Tags); err != nil {
		return err
	}
	o.document, err = readPolicy(e, o.InlinePolicy)
	return err
}

// readInto reads and applies.
func (o *setOptions) readInto(e *env, given func(string) bool, s *directory.PermissionSet) error {
	if err := o.read(e); err != nil {
		return err
	}
	return o.apply(given, s)
}

// apply makes s what the flags say that were given.
func (o setOptions) apply(given func(string) bool, s *directory.PermissionSet) error {
	setIf(given("description"), &s.Description, o.Description)
	setIf(given("session-duration"), &s.SessionDuration, o.Duration)
	setIf(given("relay-state"), &s.RelayState, o.RelayState)
	setIf(given("tag"), &s.Tags, o.tags)
	setIf(given("inline-policy"), &s.InlinePolicy, o.document)
	if given("managed-policy") {
		s.ManagedPolicies = slices.DeleteFunc(slices.Clone(o.Managed), func(arn string) bool { return arn == "" })
	}
	return s.Check()
}

func parseTags(pairs []string) (map[string]string, error) {
	tags := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		_, twice := tags[key]
		switch {
		case pair == "":
		case !ok:
			return nil, usage(fmt.Sprintf("--tag %q is not KEY=VALUE", pair), "for example --tag team=payments")
		case twice:
			return nil, usage(fmt.Sprintf("--tag %q is there twice", key), "give each key once")
		default:
			tags[key] = value
		}
	}
	return tags, nil
}

// readPolicy reads a file up to a little more than a policy may have.
func readPolicy(e *env, name string) (string, error) {
	in := e.in
	switch name {
	case "":
		return "", nil
	case "-":
	default:
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, 1<<16))
	return string(b), err
}

func newPermissionSetAdd(e *env) *cobra.Command {
	var o setOptions
	var c *cobra.Command
	c = command("add NAME", "Add a permission set, after the others", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		s := directory.PermissionSet{ID: secret.ID(), Name: args[0], SessionDuration: directory.MinSessionDuration}
		if err := o.readInto(e, c.Flags().Changed, &s); err != nil {
			return err
		}
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) error { return ed.AddPermissionSet(ctx, s) },
			func(db *store.DB, _ bool) error {
				return setDone(ctx, e, o.place, db, s, "added permission set "+s.Name)
			})
	})
	o.flags(c)
	return c
}

func newPermissionSetList(e *env) *cobra.Command {
	var p place
	return command("list", "List permission sets, in the order that people see", &p, noArgs, func(ctx context.Context, _ []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			sets := pages(ctx, int64(0), db.ListPermissionSets, func(s directory.PermissionSet) int64 { return s.Position })
			return list(e, p.JSON, []string{"NAME", "LASTS", "POLICIES", "DESCRIPTION"}, sets,
				func(s directory.PermissionSet) any { return newSetLine(s) },
				func(s directory.PermissionSet) []string {
					return []string{s.Name, importfile.Duration(s.SessionDuration), policies(s), cmp.Or(s.Description, "-")}
				})
		})
	})
}

// policies says "2 managed, inline".
func policies(s directory.PermissionSet) string {
	var kinds []string
	if n := len(s.ManagedPolicies); n > 0 {
		kinds = append(kinds, strconv.Itoa(n)+" managed")
	}
	if s.InlinePolicy != "" {
		kinds = append(kinds, "inline")
	}
	return cmp.Or(strings.Join(kinds, ", "), "-")
}

func newPermissionSetShow(e *env) *cobra.Command {
	var p place
	return command("show NAME", "Show a permission set and its policies", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		return with(ctx, e, p, func(db *store.DB) error {
			s, err := db.Lookup().PermissionSet(ctx, args[0])
			if err != nil {
				return err
			}
			v, err := viewSet(ctx, db.Lookup(), s)
			if err != nil {
				return err
			}
			return show(e, p.JSON, v)
		})
	})
}

func newPermissionSetSet(e *env) *cobra.Command {
	var o setOptions
	var c *cobra.Command
	c = command("set NAME", "Change a permission set; its name stays, as it is the role's", &o.place, oneArg("NAME"), func(ctx context.Context, args []string) error {
		if !slices.ContainsFunc(setFlags[:], c.Flags().Changed) {
			return nothingToSet(c)
		}
		if err := o.read(e); err != nil {
			return err
		}
		var s directory.PermissionSet
		return edit(ctx, e, o.place,
			func(_ *store.DB, ed *store.Edit) error {
				had, err := ed.PermissionSet(ctx, args[0])
				if err != nil {
					return err
				}
				s = had
				if err := o.apply(c.Flags().Changed, &s); err != nil {
					return err
				}
				return ed.SetPermissionSet(ctx, had, s)
			},
			func(db *store.DB, changed bool) error {
				return setDone(ctx, e, o.place, db, s, changedOr(changed, "permission set "+s.Name))
			})
	})
	o.flags(c)
	return c
}

func newPermissionSetRemove(e *env) *cobra.Command {
	var p place
	return command("remove NAME", "Remove a permission set, and its assignments", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		var v setView
		var assignments int64
		return edit(ctx, e, p,
			func(_ *store.DB, ed *store.Edit) error {
				s, err := ed.PermissionSet(ctx, args[0])
				if err != nil {
					return err
				}
				if v, err = viewSet(ctx, ed.Lookup, s); err != nil {
					return err
				}
				assignments, err = ed.RemovePermissionSet(ctx, s)
				return err
			},
			func(*store.DB, bool) error {
				return done(e, p.JSON, v, "removed permission set %s%s", v.Name, andAssignments(assignments))
			})
	})
}
