package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // also the driver named sqlite
	sqlite3 "modernc.org/sqlite/lib"
)

var sqliteDialect = dialect{sqliteTables, asWritten, sqliteAway, func(error) bool { return false }, sqliteTaken}

// readers is how many reads may go on at once beside the writer.
const readers = 8

func openSQLite(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	if !writable(path) { // SQLite would find out with files beside it, and leave them
		return nil, fmt.Errorf("database %s: %w", path, &stateError{"you may not write it", "run this as the user whose file it is; commands that only read can be run by whoever may read it"})
	}
	db := &DB{read: pool{dialect: sqliteDialect, parsed: new(statements)}, write: pool{dialect: sqliteDialect}}
	if db.write.DB, err = sql.Open("sqlite", dsn(path, "_txlock=immediate")); err != nil {
		return nil, err
	}
	db.write.SetMaxOpenConns(1)
	if err := db.keepLog(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.write.Close())
	}
	db.write.group = &group{begin: func() (*transaction, error) { return db.write.BeginTx(context.Background(), nil) }}
	if db.read.DB, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(err, db.write.Close())
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	if err := db.prepare(ctx, goose.DialectSQLite3); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// keepLog makes the file keep a write-ahead log, so that reads do not wait for
// the writer. It is the first change of the file, so it comes after the look at
// whose file it is.
func (db *DB) keepLog(ctx context.Context) error {
	if err := db.refuseForeign(ctx); err != nil {
		return err
	}
	_, err := db.write.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// dsn asks for a sync at each commit: what was answered has been written.
func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if u.Path[0] != '/' {
		u.Path = "/" + u.Path // C:/… on Windows
	}
	return u.String() + "?_pragma=busy_timeout(5000)" +
		"&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(4000)&_pragma=foreign_keys(1)&" + more
}

const sqliteTables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"

// createPrivate makes the file and its directory for this user alone before
// SQLite would make them for everyone. SQLite gives its side files the mode of
// the file.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteAway reports whether the file is held by another program for too long,
// cannot be read or written, or has no room to grow.
func sqliteAway(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff { // the rest says more of the same
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return false
}

func sqliteTaken(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
