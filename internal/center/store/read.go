package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

// stateError is a database that cannot be used as it is, and what a person can do
// about it.
type stateError struct{ message, hint string }

func (e *stateError) Error() string { return e.message }

func readSQLite(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	options, err := readOptions(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	on := pool{dialect: sqliteDialect, parsed: new(statements)}
	if on.DB, err = sql.Open("sqlite", dsn(path, options)); err != nil {
		return nil, err
	}
	db := &DB{read: on, write: on}
	if err := db.prepareToRead(ctx, goose.DialectSQLite3); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// readOptions say how SQLite reads a file. Beside one with a write-ahead log it
// needs two more, which it makes and takes away. Where it cannot write, it could
// not make them, or would leave them: if they are not there, nobody has the file
// open, and it is read as one that does not change.
func readOptions(path string) (string, error) {
	const asItIs = "mode=rw&_pragma=query_only(1)"
	if writable(path) && writable(filepath.Dir(path)) {
		return asItIs, nil
	}
	if _, err := os.Stat(path + "-shm"); err == nil {
		return asItIs, nil
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return "", &stateError{"its newest changes are in " + filepath.Base(path) + "-wal, which can be read only where it can be written",
			"copy both files to a directory of your own, and name the copy with --database"}
	}
	return "immutable=1&_pragma=query_only(1)", nil
}

func readPostgres(ctx context.Context, address string) (*DB, error) {
	config, most, err := parsePostgres(address)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["default_transaction_read_only"] = "on"
	return connect(ctx, config, most, func(db *DB, ctx context.Context) error {
		if err := db.prepareToRead(ctx, goose.DialectPostgres); err != nil {
			return err
		}
		return db.keepTime(ctx)
	})
}

// prepareToRead checks that the schema is the one that this program knows, and
// reads the server's key.
func (db *DB) prepareToRead(ctx context.Context, dialect goose.Dialect) error {
	if err := db.refuseForeign(ctx); err != nil {
		return err
	}
	provider, err := db.provider(dialect)
	if err != nil {
		return err
	}
	has, err := db.version(ctx)
	if err != nil {
		return err
	}
	knows := newest(provider)
	if has < knows {
		return &stateError{
			fmt.Sprintf("schema version %d is older than this program, which reads %d", has, knows),
			`"latchkey-center serve" brings it up to date, and so does any command that changes something; of a backup, use a copy`,
		}
	}
	if err := refuseNewer(has, knows); err != nil {
		return err
	}
	return db.readKey(ctx)
}

// version is that of the schema; 0 before there is any.
func (db *DB) version(ctx context.Context) (version int64, err error) {
	rows, err := db.read.QueryContext(ctx, db.read.dialect.tables)
	tables, err := collect(rows, err, func(name *string) []any { return []any{name} })
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	err = db.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&version)
	return version, err
}
