package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"latchkey/internal/center/oauth"
)

// Token returns the access token that lasts beyond now, of a user who is not
// disabled, or oauth.ErrNotFound.
func (db *DB) Token(ctx context.Context, hash []byte, now time.Time) (oauth.Token, error) {
	t := oauth.Token{Hash: hash}
	var scopes sql.NullString
	var expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT t.client_id, c.name, t.user_id, u.name, t.session_hash, t.family_id, f.scopes, t.expires
		FROM tokens t JOIN clients c ON c.id = t.client_id JOIN users u ON u.id = t.user_id LEFT JOIN families f ON f.id = t.family_id
		WHERE t.hash = ? AND t.expires > ? AND u.disabled = 0`, hash, millis(now)).
		Scan(&t.ClientID, &t.ClientName, &t.UserID, &t.UserName, &t.SessionHash, &t.FamilyID, &scopes, &expires)
	if err != nil {
		return oauth.Token{}, orMissing(err, oauth.ErrNotFound)
	}
	t.Scopes, t.Expires = strings.Fields(scopes.String), fromMillis(expires)
	return t, nil
}

// RevokeToken ends the token with its family, and the browser session in which
// it was allowed.
func (db *DB) RevokeToken(ctx context.Context, t oauth.Token) error {
	return db.transact(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = ?", t.SessionHash); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM families WHERE id = ?", t.FamilyID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM tokens WHERE hash = ?", t.Hash)
		return err
	})
}
