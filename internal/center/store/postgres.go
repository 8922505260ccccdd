package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// connections is how many a replica has to PostgreSQL, unless the URL says
// pool_max_conns: three replicas fit in PostgreSQL's own limit of 100.
const connections = 24

// connectWithin is how long a connection may take to begin, unless the URL says
// connect_timeout.
const connectWithin = 5 * time.Second

func openPostgres(ctx context.Context, address string) (*DB, error) {
	config, most, err := parsePostgres(address)
	if err != nil {
		return nil, err
	}
	return connect(ctx, config, most, (*DB).preparePostgres)
}

// connect opens the database and runs prepare on it.
func connect(ctx context.Context, config *pgx.ConnConfig, most int, prepare func(*DB, context.Context) error) (*DB, error) {
	on := pool{DB: stdlib.OpenDB(*config), dialect: dialect{postgresTables, numberer(), postgresAway, postgresAgain, postgresTaken}}
	on.SetMaxOpenConns(most)
	on.SetMaxIdleConns(most)
	on.SetConnMaxIdleTime(5 * time.Minute)
	on.SetConnMaxLifetime(30 * time.Minute)
	db := &DB{read: on, write: on}
	if err := prepare(db, ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database postgres at %s: %w", config.Host, oneLine{unreachable(err)}), db.Close())
	}
	return db, nil
}

const postgresTables = `SELECT table_name FROM information_schema.tables
	WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`

// oneLine is an error without the line breaks of pgx's.
type oneLine struct{ error }

func (e oneLine) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }

func (e oneLine) Unwrap() error { return e.error }

func (db *DB) preparePostgres(ctx context.Context) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	if err := db.prepare(ctx, goose.DialectPostgres, goose.WithSessionLocker(locker)); err != nil {
		return err
	}
	return db.keepTime(ctx)
}

// parsePostgres reads the address of a database, in which pool_max_conns is
// ours. Its error has no password.
func parsePostgres(address string) (config *pgx.ConnConfig, most int, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, 0, errors.New("database postgres: not a URL; want postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	most, query := connections, u.Query()
	if text := query.Get("pool_max_conns"); text != "" {
		if most, err = strconv.Atoi(text); err != nil || most < 2 {
			return nil, 0, fmt.Errorf("database postgres: pool_max_conns %q: want a number from 2 on", text)
		}
		query.Del("pool_max_conns")
		u.RawQuery = query.Encode()
	}
	if config, err = pgx.ParseConfig(u.String()); err != nil {
		return nil, 0, fmt.Errorf("database postgres: %w", err)
	}
	if !query.Has("connect_timeout") {
		config.ConnectTimeout = connectWithin
	}
	for name, value := range map[string]string{
		"application_name":                    "latchkey-center",
		"statement_timeout":                   "10s",
		"idle_in_transaction_session_timeout": "10s",
		// The conditional statements of this package hold at this level.
		"default_transaction_isolation": "read committed",
	} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	return config, most, nil
}

// postgresAway reports whether the server cannot be reached, is stopping or
// starting, has no room, or only reads.
func postgresAway(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch answer.Code[:min(2, len(answer.Code))] {
		case "08", "53", "57", "58": // connection, resources, operator, system
			return true
		case "25": // only reads: a standby that has not taken over yet
			return answer.Code == "25006"
		}
		return postgresAgain(err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, gone := range []error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return strings.Contains(err.Error(), "conn closed") // pgconn has no value for it
}

// postgresAgain reports a transaction that lost to another one at the same time.
func postgresAgain(err error) bool {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (answer.Code == "40001" || answer.Code == "40P01")
}

func postgresTaken(err error) bool {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	return ok && answer.Code == "23505"
}
