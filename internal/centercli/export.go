package centercli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"latchkey/internal/center/importfile"
	"latchkey/internal/center/store"
)

func newExport(e *env) *cobra.Command {
	var database, output string
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the directory as the YAML that import takes",
		Long: "Print the directory as the YAML that import takes.\n\n" +
			"Passwords are in it as hashes. Users from outside have source and external_id instead.\n" +
			"Not in it: second factors, sign-ins, the audit, and the groups that a sign-in method puts people in.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runExport(c.Context(), e, database, output) },
	}
	databaseOption(c, &database)
	c.Flags().StringVarP(&output, "output", "o", "", "write `FILE`, for you alone, instead of stdout")
	return c
}

func runExport(ctx context.Context, e *env, database, output string) error {
	return with(ctx, e, place{Database: database}, func(db *store.DB) error {
		state, err := db.State(ctx)
		if err != nil {
			return err
		}
		text := importfile.Format(state)
		if output == "" {
			_, err := e.out.Write(text)
			return err
		}
		return writePrivate(output, text)
	})
}

// writePrivate makes name a file of this user alone with that text, or leaves it
// as it was.
func writePrivate(name string, text []byte) error {
	if err := replace(name, text); err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	return nil
}

func replace(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // its mode is 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // nothing to do after Rename
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// cause is err without the temporary file that it happened to.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
