// Package store keeps everything in a database: SQLite, in one file. One DB
// satisfies the Store interfaces of all the packages that have one; each
// subject has its file here.
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
}

// Open opens the database that url names, sqlite:PATH, makes it if it is not
// there and brings its schema up to date.
func Open(ctx context.Context, url string) (*DB, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest)
	case scheme == "postgres" || scheme == "postgresql":
		return nil, errors.New("database postgres: PostgreSQL is not supported yet; sqlite:PATH is")
	default:
		return nil, fmt.Errorf("database %q: want sqlite:PATH", scheme)
	}
}

// Close lets go of the database.
func (db *DB) Close() error {
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// ServerKey returns the key that was made with the database.
func (db *DB) ServerKey() secret.Key {
	return db.key
}

// transact runs do in one transaction, kept only if do returns nil.
func (db *DB) transact(ctx context.Context, do func(*transaction) error) error {
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
