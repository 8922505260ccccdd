package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"latchkey/internal/center/oauth"
)

// begin writes a family and its first tokens. whose is the row of the grant that
// has just become used, its person, browser session and address: none if it was
// used before, or cannot be.
func begin(ctx context.Context, tx *transaction, f oauth.Family, t oauth.Tokens, now time.Time, whose foundRow) error {
	var userID, address string
	var sessionHash []byte
	if err := whose.Scan(&userID, &sessionHash, &address); err != nil {
		return orMissing(err, oauth.ErrNotFound)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO families (id, client_id, user_id, session_hash, scopes, address, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.ClientID, userID, sessionHash, strings.Join(f.Scopes, " "), address, millis(now), millis(f.Expires))
	if err != nil {
		return err
	}
	return putTokens(ctx, tx, f.ID, t, now)
}

func putTokens(ctx context.Context, tx *transaction, familyID []byte, t oauth.Tokens, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO tokens (hash, client_id, user_id, session_hash, family_id, created, expires)
		SELECT ?, client_id, user_id, session_hash, id, ?, ? FROM families WHERE id = ?`,
		t.AccessHash, millis(now), millis(t.Expires), familyID)
	if err != nil || t.RefreshHash == nil {
		return err
	}
	_, err = tx.ExecContext(ctx,
		"INSERT INTO refresh_tokens (hash, family_id) VALUES (?, ?)", t.RefreshHash, familyID)
	return err
}

// RefreshToken returns a refresh token whose family has not been ended, used or
// not, and whose user is not disabled, or oauth.ErrNotFound.
func (db *DB) RefreshToken(ctx context.Context, hash []byte) (oauth.RefreshToken, error) {
	t := oauth.RefreshToken{Hash: hash}
	var scopes string
	var used sql.NullInt64
	var expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT r.used, f.id, f.client_id, f.user_id, u.name, f.scopes, f.expires
		FROM refresh_tokens r JOIN families f ON f.id = r.family_id JOIN users u ON u.id = f.user_id
		WHERE r.hash = ? AND u.disabled = 0`, hash).
		Scan(&used, &t.Family.ID, &t.Family.ClientID, &t.UserID, &t.UserName, &scopes, &expires)
	if err != nil {
		return oauth.RefreshToken{}, orMissing(err, oauth.ErrNotFound)
	}
	if used.Valid {
		t.Used = fromMillis(used.Int64)
	}
	t.Family.Scopes, t.Family.Expires = strings.Fields(scopes), fromMillis(expires)
	return t, nil
}

// Rotate trades a refresh token for the next tokens of its family, once.
func (db *DB) Rotate(ctx context.Context, refreshHash []byte, clientID string, next oauth.Tokens, now time.Time) error {
	return db.transact(ctx, func(tx *transaction) error {
		var familyID []byte
		err := tx.QueryRowContext(ctx, `
			UPDATE refresh_tokens SET used = ?
			WHERE hash = ? AND used IS NULL
				AND family_id IN (SELECT id FROM families WHERE client_id = ? AND expires > ?)
			RETURNING family_id`,
			millis(now), refreshHash, clientID, millis(now)).Scan(&familyID)
		if err != nil {
			return orMissing(err, oauth.ErrNotFound)
		}
		return putTokens(ctx, tx, familyID, next, now)
	})
}

// EndFamily ends all tokens of a family.
func (db *DB) EndFamily(ctx context.Context, id []byte) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM families WHERE id = ?", id)
	return err
}
