package centercli

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
)

func newAudit(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "audit",
		Short: "Read and verify the record of what happened",
		Args:  noArgs,
		RunE:  needsCommand,
	}
	c.AddCommand(newAuditList(e), newAuditVerify(e))
	return c
}

type auditListOptions struct {
	Database string
	JSON     bool
	User     string
	Action   string
	Since    time.Duration
	Limit    int
}

func newAuditList(e *env) *cobra.Command {
	var o auditListOptions
	c := &cobra.Command{
		Use:   "list",
		Short: "Print records, oldest first",
		Long:  "Print records, oldest first.\n\n" + hang("Actions are "+strings.Join(audit.Actions, ", ")+".", 80),
		Example: "  latchkey-center audit list --since 24h --user alice\n" +
			"  latchkey-center audit list --since 7d --action \"directory change\"",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runAuditList(c.Context(), e, o) },
	}
	f := c.Flags()
	databaseOption(c, &o.Database)
	f.BoolVar(&o.JSON, "json", false, "one JSON object a line")
	f.StringVar(&o.User, "user", "", "only of this user, a `NAME` or an id")
	f.StringVar(&o.Action, "action", "", "only of this `ACTION`")
	f.Var(durationFlag{&o.Since, "30m, 24h or 7d"}, "since", "only of the last so long, such as 24h or 7d")
	f.IntVar(&o.Limit, "limit", 0, "only the newest `N`")
	return c
}

func runAuditList(ctx context.Context, e *env, o auditListOptions) error {
	if o.Since < 0 || o.Limit < 0 {
		return usage("--since and --limit are not below 0", "leave them out for all records")
	}
	if o.Action != "" && !slices.Contains(audit.Actions, o.Action) {
		return usage(fmt.Sprintf("there is no action %q", o.Action), "there are "+strings.Join(audit.Actions, ", "))
	}
	return with(ctx, e, place{Database: o.Database}, func(db *store.DB) error {
		f := audit.Filter{User: o.User, Action: o.Action, Limit: o.Limit}
		if o.Since > 0 {
			f.Since = db.Now().Add(-o.Since)
		}
		printed, err := printRecords(ctx, e, db, f, o.JSON)
		if err != nil || printed > 0 {
			return err
		}
		return nothingRecorded(ctx, e, db, f)
	})
}

// printRecords returns how many they were.
func printRecords(ctx context.Context, e *env, s audit.Source, f audit.Filter, asJSON bool) (printed int, err error) {
	out := bufio.NewWriter(e.out)
	columns := screenWidth(e.out)
	line := func(r audit.Record) string { return hang(recordLine(r), columns) }
	if asJSON {
		line = recordJSON
	}
	for r, err := range audit.List(ctx, s, f) {
		if err != nil {
			return printed, errors.Join(err, out.Flush())
		}
		if _, err := out.WriteString(line(r) + "\n"); err != nil {
			return printed, err
		}
		printed++
	}
	return printed, out.Flush()
}

// nothingRecorded says so to a person: an empty answer could be a misspelt name.
// Who tried to sign in by a name that nobody has is recorded too.
func nothingRecorded(ctx context.Context, e *env, db *store.DB, f audit.Filter) error {
	said := "no record of that"
	if f == (audit.Filter{Limit: f.Limit}) {
		said = "nothing is recorded yet"
	}
	if f.User != "" {
		_, err := db.Lookup().User(ctx, f.User)
		if _, unknown := errors.AsType[*directory.UnknownError](err); unknown {
			said += fmt.Sprintf("; no user is called %q", f.User)
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintf(e.err, "latchkey-center: %s\n", visible(said))
	return nil
}

func newAuditVerify(e *env) *cobra.Command {
	var database, known string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check that no record was changed, taken out, put in or moved",
		Args:  noArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return runAuditVerify(c.Context(), e, database, known) },
	}
	f := c.Flags()
	databaseOption(c, &database)
	f.StringVar(&known, "head", "", "`SEQ:HASH` that was printed before and kept elsewhere: the chain must have had it")
	return c
}

func runAuditVerify(ctx context.Context, e *env, database, known string) error {
	want, err := parseHead(known)
	if err != nil {
		return err
	}
	return with(ctx, e, place{Database: database}, func(db *store.DB) error {
		head, err := audit.Verify(ctx, db, want)
		if _, bad := errors.AsType[*audit.BadError](err); bad {
			return withHint(err, "all before it is as it was recorded; compare the rest with a backup")
		}
		if err == nil {
			_, err = fmt.Fprintf(e.out, "%d records, all as they were recorded; head %d:%x\n", head.Seq, head.Seq, head.Hash)
		}
		return err
	})
}

// parseHead reads SEQ:HASH, as verify prints it.
func parseHead(text string) (audit.Head, error) {
	if text == "" {
		return audit.Head{}, nil
	}
	place, sum, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(place, 10, 64)
	hash, hexErr := hex.DecodeString(sum)
	if err != nil || hexErr != nil || seq < 0 || len(hash) != len(audit.Begin()) {
		return audit.Head{}, usage(fmt.Sprintf("--head %q is not SEQ:HASH", text), "give what \"audit verify\" printed after \"head\"")
	}
	return audit.Head{Seq: seq, Hash: hash}, nil
}
