package store

import (
	"context"
	"database/sql"
)

// pool is the connections to a database. Statements are written with ? for
// each argument, whichever database it is.
type pool struct {
	*sql.DB
	dialect dialect
}

// transaction is one on such a connection.
type transaction struct {
	*sql.Tx
	dialect dialect
}

// dialect is what differs between databases.
type dialect struct {
	// placeholders rewrites the ? of a statement; nil where ? is right.
	placeholders func(query string) string
}

func (d dialect) write(query string) string {
	if d.placeholders == nil {
		return query
	}
	return d.placeholders(query)
}

// executor changes rows: a pool, or a transaction.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// BeginTx begins a transaction.
func (p pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*transaction, error) {
	tx, err := p.DB.BeginTx(ctx, options)
	return &transaction{tx, p.dialect}, err
}

// ExecContext, QueryContext and QueryRowContext are those of database/sql.

func (p pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.DB.ExecContext(ctx, p.dialect.write(query), args...)
}

func (p pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.DB.QueryContext(ctx, p.dialect.write(query), args...)
}

func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.DB.QueryRowContext(ctx, p.dialect.write(query), args...)
}

func (tx *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.Tx.ExecContext(ctx, tx.dialect.write(query), args...)
}

func (tx *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.Tx.QueryContext(ctx, tx.dialect.write(query), args...)
}

func (tx *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.Tx.QueryRowContext(ctx, tx.dialect.write(query), args...)
}
