// Package store keeps everything in a database: SQLite, in one file, or
// PostgreSQL, which any number of replicas share. One DB satisfies the Store
// interfaces of all the packages that have one; each subject has its file here.
//
// Rules that the interfaces leave to it: what must happen once is one
// conditional statement, times are milliseconds, secrets arrive hashed.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"latchkey/internal/center/secret"
)

// DB is an open database.
type DB struct {
	read  pool
	write pool // SQLite has one writer: one connection, whose transactions begin immediately
	key   secret.Key
	clock clock

	clients knownClients
}

// Open opens the database that url names, sqlite:PATH or postgres://…, and
// brings its schema up to date. A file that is not there is made.
func Open(ctx context.Context, url string) (*DB, error) {
	return openWith(ctx, url, openSQLite, openPostgres)
}

// OpenToRead opens a database for what only reads. It makes and changes nothing,
// so that a file may be another user's: its schema must be up to date.
func OpenToRead(ctx context.Context, url string) (*DB, error) {
	return openWith(ctx, url, readSQLite, readPostgres)
}

func openWith(ctx context.Context, url string, sqlite, postgres func(context.Context, string) (*DB, error)) (*DB, error) {
	scheme, rest, ok := strings.Cut(url, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		return sqlite(ctx, rest)
	case scheme == "postgres" || scheme == "postgresql":
		return postgres(ctx, url)
	}
	wrong := fmt.Sprintf("database %q: want sqlite:PATH or postgres://HOST/NAME", scheme)
	if !ok {
		return nil, &stateError{wrong, "if it is a file, write sqlite:" + url}
	}
	return nil, errors.New(wrong)
}

// Close lets go of the database.
func (db *DB) Close() error {
	db.clock.close()
	if db.write.group != nil {
		db.write.group.close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// pingWithin is how long the database may take to answer Ping.
const pingWithin = 2 * time.Second

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	var one int
	return db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// ServerKey returns the key that was made with the database.
func (db *DB) ServerKey() secret.Key {
	return db.key
}

// transact runs do in one transaction, kept only if do returns nil. do may run
// more than once.
func (db *DB) transact(ctx context.Context, do func(*transaction) error) error {
	if db.write.group != nil {
		return db.write.dialect.told(db.write.group.run(ctx, do))
	}
	return db.write.dialect.retry(ctx, func() error { return db.transactOnce(ctx, do) })
}

func (db *DB) transactOnce(ctx context.Context, do func(*transaction) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to do after Commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// execOne runs a statement that changes one row, and returns missing if it
// changed none.
func execOne(ctx context.Context, on executor, missing error, query string, args ...any) error {
	result, err := on.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return missing
	}
	return err
}

// orMissing returns missing for the error of a query that found no row.
func orMissing(err, missing error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return missing
	}
	return err
}

func millis(t time.Time) int64 {
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	return time.UnixMilli(ms).UTC()
}
