package store

import (
	"context"
	"database/sql"
	"time"

	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
)

// mostListed is how many browsers, and how many clients, are listed of one
// person. More than that is a program at work, and ended all at once.
const mostListed = 200

// Sessions returns the browser sessions of a user that last beyond now, the
// newest first, without the user.
func (db *DB) Sessions(ctx context.Context, userID string, now time.Time) ([]signin.Session, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT hash, address, browser, created, expires FROM sessions
		WHERE user_id = ? AND expires > ? ORDER BY created DESC, hash LIMIT ?`, userID, millis(now), mostListed)
	return collect(rows, err, func(s *signin.Session) []any {
		return []any{&s.Hash, &s.Address, &s.Browser, timeOf(&s.Created), timeOf(&s.Expires)}
	})
}

// Clients returns the clients that act for a user beyond now, the newest first.
func (db *DB) Clients(ctx context.Context, userID string, now time.Time) ([]oauth.SignedIn, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT f.id, c.name, f.address, f.created, f.expires
		FROM families f JOIN clients c ON c.id = f.client_id
		WHERE f.user_id = ? AND f.expires > ? ORDER BY f.created DESC, f.id LIMIT ?`, userID, millis(now), mostListed)
	return collect(rows, err, func(s *oauth.SignedIn) []any {
		return []any{&s.FamilyID, &s.ClientName, &s.Address, timeOf(&s.Created), timeOf(&s.Expires)}
	})
}

// EndSession ends a browser session of a user and what was allowed in it but not
// fetched yet. What is another user's is signin.ErrNotFound.
func (db *DB) EndSession(ctx context.Context, userID string, hash []byte) error {
	return db.transact(ctx, func(tx *transaction) error {
		err := execOne(ctx, tx, signin.ErrNotFound, "DELETE FROM sessions WHERE user_id = ? AND hash = ?", userID, hash)
		if err != nil {
			return err
		}
		for _, table := range []string{"device_grants", "code_grants"} {
			_, err := tx.ExecContext(ctx, "DELETE FROM "+table+
				" WHERE user_id = ? AND session_hash = ? AND status = 'approved'", userID, hash)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// EndClient ends all tokens of a client's family of a user. What is another
// user's is oauth.ErrNotFound.
func (db *DB) EndClient(ctx context.Context, userID string, familyID []byte) error {
	return execOne(ctx, db.write, oauth.ErrNotFound, "DELETE FROM families WHERE user_id = ? AND id = ?", userID, familyID)
}

// EndAll ends everything that a user has signed in, and what the user allowed
// but nobody fetched yet.
func (db *DB) EndAll(ctx context.Context, userID string) error {
	return db.transact(ctx, func(tx *transaction) error { return endAll(ctx, tx, userID) })
}

// EndOthers is EndAll but for one browser session.
func (db *DB) EndOthers(ctx context.Context, userID string, sessionHash []byte) error {
	return db.transact(ctx, func(tx *transaction) error { return endOthers(ctx, tx, userID, sessionHash) })
}

// endAll is EndAll as a part of what tx does.
func endAll(ctx context.Context, tx *transaction, userID string) error {
	return endOthers(ctx, tx, userID, nil)
}

func endOthers(ctx context.Context, tx *transaction, userID string, sessionHash []byte) error {
	if sessionHash == nil {
		sessionHash = []byte{} // no session has it, and nothing compares with NULL
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE user_id = ? AND hash <> ?", userID, sessionHash); err != nil {
		return err
	}
	// Grants go before what they give, so that none gives more.
	for _, table := range []string{"device_grants", "code_grants", "families", "tokens"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE user_id = ?", userID); err != nil {
			return err
		}
	}
	return nil
}

// timeOf reads a column of milliseconds into t.
func timeOf(t *time.Time) *millisColumn {
	return (*millisColumn)(t)
}

type millisColumn time.Time

// Scan makes it a sql.Scanner.
func (c *millisColumn) Scan(value any) error {
	var ms sql.NullInt64
	err := ms.Scan(value)
	*c = millisColumn(fromMillis(ms.Int64))
	return err
}
