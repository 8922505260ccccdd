package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pool is the connections to a database. Statements are written with ? for
// each argument, whichever database it is.
type pool struct {
	*sql.DB
	dialect dialect
	group   *group      // by which it writes, nil: each on its own
	parsed  *statements // nil: the driver keeps them itself
}

func (p pool) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if p.parsed != nil {
		if known := p.parsed.get(ctx, p.DB, query); known != nil {
			return known.QueryContext(ctx, args...)
		}
	}
	return p.DB.QueryContext(ctx, p.dialect.write(query), args...)
}

func (p pool) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	if p.parsed != nil {
		if known := p.parsed.get(ctx, p.DB, query); known != nil {
			return known.QueryRowContext(ctx, args...)
		}
	}
	return p.DB.QueryRowContext(ctx, p.dialect.write(query), args...)
}

// transaction is one on such a connection.
type transaction struct {
	*sql.Tx
	dialect dialect
	shared  bool // by several callers
}

// within is the context for a statement. None is stopped half way that others
// share the transaction of: SQLite would give up all of it.
func (tx *transaction) within(ctx context.Context) context.Context {
	if tx.shared {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// executor changes rows: a pool, or a transaction.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// dialect is what differs between databases.
type dialect struct {
	// tables asks for the names of all tables.
	tables string
	// write rewrites the ? of a statement.
	write func(query string) string
	// away reports whether an error of the driver says that the database cannot
	// be used now, but may be later.
	away func(error) bool
	// again reports whether what failed so, a transaction or a statement outside
	// of one, is to be tried again.
	again func(error) bool
	// taken reports whether a row with that key is there already.
	taken func(error) bool
}

// asWritten leaves the ? of a statement.
func asWritten(query string) string { return query }

// numberer rewrites each ? of a statement to $1, $2 and so on, and remembers
// what came out: the statements of this package are a few dozen.
func numberer() func(query string) string {
	var known sync.Map
	return func(query string) string {
		if numbered, ok := known.Load(query); ok {
			return numbered.(string)
		}
		numbered := number(query)
		known.Store(query, numbered)
		return numbered
	}
}

func number(query string) string {
	var b strings.Builder
	parts := strings.Split(query, "?") // none of the statements has one in a text
	for i, part := range parts[:len(parts)-1] {
		b.WriteString(part + "$" + strconv.Itoa(i+1))
	}
	return b.String() + parts[len(parts)-1]
}

// awayError is a database that cannot be used now. Its Unavailable is what
// those who answer requests look for: the answer is to come again later.
type awayError struct{ error }

func (e awayError) Unwrap() error { return e.error }

// Unavailable is true.
func (awayError) Unavailable() bool { return true }

// tries is how often something is tried that loses to others at the same time.
const tries = 8

// retry runs do until it does not lose to others, or has lost too often.
func (d dialect) retry(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == tries || !d.again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(time.Duration(try) * 10 * time.Millisecond)):
		}
	}
}

// told is err, said to be of a database that is away if it is.
func (d dialect) told(err error) error {
	if err != nil && d.away(err) {
		return awayError{err}
	}
	return err
}

// foundRow and foundRows are those of database/sql whose errors are told.
type foundRow struct {
	*sql.Row
	dialect dialect
}

func (r foundRow) Scan(to ...any) error { return r.dialect.told(r.Row.Scan(to...)) }

type foundRows struct {
	*sql.Rows
	dialect dialect
}

func (r foundRows) Err() error { return r.dialect.told(r.Rows.Err()) }

// BeginTx begins a transaction.
func (p pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*transaction, error) {
	tx, err := p.DB.BeginTx(ctx, options)
	return &transaction{tx, p.dialect, p.group != nil}, p.dialect.told(err)
}

// Commit makes it last.
func (tx *transaction) Commit() error { return tx.dialect.told(tx.Tx.Commit()) }

// ExecContext, QueryContext and QueryRowContext are those of database/sql.

func (p pool) ExecContext(ctx context.Context, query string, args ...any) (result sql.Result, err error) {
	if p.group != nil {
		err = p.group.run(ctx, func(tx *transaction) (err error) {
			result, err = tx.ExecContext(ctx, query, args...)
			return err
		})
		return result, p.dialect.told(err)
	}
	err = p.dialect.retry(ctx, func() error {
		result, err = p.DB.ExecContext(ctx, p.dialect.write(query), args...)
		return err
	})
	return result, p.dialect.told(err)
}

func (p pool) QueryContext(ctx context.Context, query string, args ...any) (foundRows, error) {
	var found *sql.Rows
	err := p.dialect.retry(ctx, func() (err error) {
		found, err = p.query(ctx, query, args)
		return err
	})
	return foundRows{found, p.dialect}, p.dialect.told(err)
}

func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) foundRow {
	var found *sql.Row
	_ = p.dialect.retry(ctx, func() error { // Scan returns it
		found = p.queryRow(ctx, query, args)
		return found.Err()
	})
	return foundRow{found, p.dialect}
}

func (tx *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := tx.Tx.ExecContext(tx.within(ctx), tx.dialect.write(query), args...)
	return result, tx.dialect.told(err)
}

func (tx *transaction) QueryContext(ctx context.Context, query string, args ...any) (foundRows, error) {
	found, err := tx.Tx.QueryContext(tx.within(ctx), tx.dialect.write(query), args...)
	return foundRows{found, tx.dialect}, tx.dialect.told(err)
}

func (tx *transaction) QueryRowContext(ctx context.Context, query string, args ...any) foundRow {
	return foundRow{tx.Tx.QueryRowContext(tx.within(ctx), tx.dialect.write(query), args...), tx.dialect}
}
