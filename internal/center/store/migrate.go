package store

import (
	"context"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"

	"latchkey/internal/center/secret"
)

//go:embed migration
var migrations embed.FS

// prepare brings the schema up to date and reads the server's key.
func (db *DB) prepare(ctx context.Context, dialect goose.Dialect, options ...goose.ProviderOption) error {
	if err := db.refuseForeign(ctx); err != nil {
		return err
	}
	provider, err := db.provider(dialect, options...)
	if err != nil {
		return err
	}
	has, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if err := refuseNewer(has, newest(provider)); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	return db.makeKey(ctx)
}

func (db *DB) provider(dialect goose.Dialect, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db.write.DB, files, append(options, goose.WithDisableGlobalRegistry(true))...)
}

// newest is the version of the schema that this program knows.
func newest(provider *goose.Provider) int64 {
	sources := provider.ListSources()
	return sources[len(sources)-1].Version
}

// refuseForeign keeps this program from making its tables among those of another
// one. Tables that it finds are its own if they hold those of its first schema,
// or nothing but the table of versions, which is made before.
func (db *DB) refuseForeign(ctx context.Context) error {
	rows, err := db.write.QueryContext(ctx, db.write.dialect.tables)
	tables, err := collect(rows, err, func(name *string) []any { return []any{name} })
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(tables), func(name string) bool { return name == "goose_db_version" })
	if len(others) == 0 {
		return nil
	}
	for _, own := range []string{"goose_db_version", "settings", "user_groups", "permission_sets"} {
		if !slices.Contains(tables, own) {
			return fmt.Errorf("it is another program's: it has a table %q and none %q", others[0], own)
		}
	}
	return nil
}

// refuseNewer keeps an old program from a schema that it does not know.
func refuseNewer(has, knows int64) error {
	if has > knows {
		return &stateError{
			fmt.Sprintf("schema version %d is newer than this program, which knows %d", has, knows),
			"use the program that changed it, or a newer one; to go back to this one, restore the backup from before the upgrade",
		}
	}
	return nil
}

// makeKey makes the server's key if there is none, and reads it.
func (db *DB) makeKey(ctx context.Context) error {
	_, err := db.write.ExecContext(ctx,
		"INSERT INTO settings (name, value) VALUES ('server_key', ?) ON CONFLICT (name) DO NOTHING",
		hex.EncodeToString(secret.NewKey()))
	if err != nil {
		return err
	}
	return db.readKey(ctx)
}

func (db *DB) readKey(ctx context.Context) error {
	var text string
	err := db.write.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = 'server_key'").Scan(&text)
	if err != nil {
		return err
	}
	db.key, err = hex.DecodeString(text)
	return err
}
