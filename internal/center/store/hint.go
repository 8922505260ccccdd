package store

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Hint is what a person can do about an error of this package; "" for any other.
func Hint(err error) string {
	if e, ok := errors.AsType[*stateError](err); ok {
		return e.hint
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteHint(e.Code() & 0xff) // the rest says more of the same
	}
	if e, ok := errors.AsType[*unreachableError](err); ok {
		return e.hint()
	}
	return ""
}

// sqliteHint is about a code: SQLite names its causes by numbers.
func sqliteHint(code int) string {
	switch code {
	case sqlite3.SQLITE_NOTADB:
		return "the file holds something else; name another with --database"
	case sqlite3.SQLITE_CANTOPEN:
		return "it must be a file that you may read and, to change anything, write, in a directory where you may write"
	case sqlite3.SQLITE_READONLY:
		return "to change anything, you must be able to write the file and in its directory"
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return "is the disk full?"
	case sqlite3.SQLITE_BUSY:
		return "another program holds the file; try again"
	}
	return ""
}

// unreachableError is a PostgreSQL to which no connection could be made. pgx says
// each cause for each address twice, once with TLS and once without.
type unreachableError struct {
	error
	causes []error
}

// unreachable is err, with its causes alone if it is of a connection.
func unreachable(err error) error {
	connecting, ok := errors.AsType[*pgconn.ConnectError](err)
	if !ok {
		return err
	}
	causes := causesOf(connecting)
	answered := slices.DeleteFunc(slices.Clone(causes), func(err error) bool {
		_, ok := errors.AsType[*pgconn.PgError](err)
		return !ok
	})
	if len(answered) > 0 { // the server was reached: what else was tried is of no matter
		causes = answered
	}
	return &unreachableError{err, causes}
}

// causesOf are the errors in err that say what happened: the innermost, but for
// those of the network, which have the address.
func causesOf(err error) []error {
	if several, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		var all []error
		for _, err := range several.Unwrap() {
			all = append(all, causesOf(err)...)
		}
		return all
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return []error{e}
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return []error{e}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return []error{err}
}

func (e *unreachableError) Error() string {
	var texts []string
	for _, cause := range e.causes {
		text := cause.Error()
		if answer, ok := errors.AsType[*pgconn.PgError](cause); ok {
			text = answer.Message
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}

func (e *unreachableError) Unwrap() error { return e.error }

func (e *unreachableError) hint() string {
	if answer, ok := errors.AsType[*pgconn.PgError](e.causes[0]); ok {
		switch answer.Code {
		case "28P01":
			return "are the user and the password right? they are in the address, or in PGPASSWORD or ~/.pgpass"
		case "28000":
			return "does its pg_hba.conf let this user in from here?"
		case "3D000":
			return `make it, for example with "createdb"`
		}
		return ""
	}
	text := e.Error()
	_, nameless := errors.AsType[*net.DNSError](e.error)
	switch {
	case nameless:
		return "is the name of the host right?"
	case strings.Contains(text, "refused TLS"):
		return "the server has no TLS: give it a certificate, or, on the same machine, say sslmode=disable in the address"
	case strings.Contains(text, "x509: "):
		return "sslrootcert=FILE in the address names who signs its certificate"
	case isTimeout(e.error):
		return "is the address right, and does a firewall let it through?"
	case strings.Contains(text, "refused") || errors.Is(e.error, fs.ErrNotExist):
		return "is PostgreSQL running there, and are host and port of the address right?"
	}
	return ""
}

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || pgconn.Timeout(err)
}
