package store

import (
	"context"
	"database/sql"
	"time"

	"latchkey/internal/center/oauth"
)

// Token returns the access token that lasts beyond now, or oauth.ErrNotFound.
func (db *DB) Token(ctx context.Context, hash []byte, now time.Time) (oauth.Token, error) {
	t := oauth.Token{Hash: hash}
	var expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT t.client_id, t.user_id, u.name, t.session_hash, t.expires
		FROM tokens t JOIN users u ON u.id = t.user_id
		WHERE t.hash = ? AND t.expires > ?`, hash, millis(now)).
		Scan(&t.ClientID, &t.UserID, &t.UserName, &t.SessionHash, &expires)
	if err != nil {
		return oauth.Token{}, orMissing(err, oauth.ErrNotFound)
	}
	t.Expires = fromMillis(expires)
	return t, nil
}

// RevokeToken ends the token, and the browser session in which it was allowed.
func (db *DB) RevokeToken(ctx context.Context, t oauth.Token) error {
	return db.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = ?", t.SessionHash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM tokens WHERE hash = ?", t.Hash)
		return err
	})
}
