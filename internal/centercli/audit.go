package centercli

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/center/audit"
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
		Args:  noArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return runAuditList(c.Context(), e, o) },
	}
	f := c.Flags()
	databaseOption(c, &o.Database)
	f.BoolVar(&o.JSON, "json", false, "one JSON object a line")
	f.StringVar(&o.User, "user", "", "only of this user, a name or an id")
	f.StringVar(&o.Action, "action", "", "only of this action, such as \"sign-in\"")
	f.DurationVar(&o.Since, "since", 0, "only of the last so long, such as 24h")
	f.IntVar(&o.Limit, "limit", 0, "only the newest so many")
	return c
}

func runAuditList(ctx context.Context, e *env, o auditListOptions) error {
	if o.Since < 0 || o.Limit < 0 {
		return usage("--since and --limit are not below 0", "leave them out for all records")
	}
	return with(ctx, e, place{Database: o.Database}, func(db *store.DB) error {
		f := audit.Filter{User: o.User, Action: o.Action, Limit: o.Limit}
		if o.Since > 0 {
			f.Since = db.Now().Add(-o.Since)
		}
		return printRecords(ctx, e, db, f, o.JSON)
	})
}

func printRecords(ctx context.Context, e *env, s audit.Source, f audit.Filter, asJSON bool) error {
	out := bufio.NewWriter(e.out)
	line := recordLine
	if asJSON {
		line = recordJSON
	}
	for r, err := range audit.List(ctx, s, f) {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		if _, err := out.WriteString(line(r) + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
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
	f.StringVar(&known, "head", "", "SEQ:HASH that was printed before and kept elsewhere: the chain must have had it")
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
