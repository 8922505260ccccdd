package store

import (
	"context"
	"strings"
	"time"

	"latchkey/internal/center/oauth"
)

// PutCode adds an authorization code that a person allowed.
func (db *DB) PutCode(ctx context.Context, g oauth.CodeGrant) error {
	return db.transact(ctx, func(tx *transaction) error {
		if err := holdSession(ctx, tx, g.SessionHash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO code_grants (code_hash, client_id, user_id, session_hash, redirect_uri, challenge, scopes, address, status, created, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'approved', ?, ?)`,
			g.CodeHash, g.ClientID, g.UserID, g.SessionHash, g.RedirectURI, g.Challenge, strings.Join(g.Scopes, " "), g.Address,
			millis(g.Created), millis(g.Expires))
		return err
	})
}

// Code returns the grant of a code, or oauth.ErrNotFound.
func (db *DB) Code(ctx context.Context, codeHash []byte) (oauth.CodeGrant, error) {
	g := oauth.CodeGrant{CodeHash: codeHash}
	var scopes string
	var created, expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT g.client_id, g.user_id, u.name, g.session_hash, g.redirect_uri, g.challenge, g.scopes, g.address, g.status, g.created, g.expires
		FROM code_grants g JOIN users u ON u.id = g.user_id WHERE g.code_hash = ?`, codeHash).
		Scan(&g.ClientID, &g.UserID, &g.UserName, &g.SessionHash, &g.RedirectURI, &g.Challenge, &scopes, &g.Address, &g.Status, &created, &expires)
	if err != nil {
		return oauth.CodeGrant{}, orMissing(err, oauth.ErrNotFound)
	}
	g.Scopes, g.Created, g.Expires = strings.Fields(scopes), fromMillis(created), fromMillis(expires)
	return g, nil
}

// RedeemCode trades a code for the first tokens of a family, once.
func (db *DB) RedeemCode(ctx context.Context, f oauth.Family, t oauth.Tokens, now time.Time) error {
	return db.transact(ctx, func(tx *transaction) error {
		return begin(ctx, tx, f, t, now, tx.QueryRowContext(ctx, `
			UPDATE code_grants SET status = 'used'
			WHERE code_hash = ? AND client_id = ? AND status = 'approved' AND expires > ?
			RETURNING user_id, session_hash, address`,
			f.ID, f.ClientID, millis(now)))
	})
}

// BurnCode forgets a code and ends the family that it began. It returns
// oauth.ErrNotFound for one that is forgotten.
func (db *DB) BurnCode(ctx context.Context, codeHash []byte) error {
	return db.transact(ctx, func(tx *transaction) error {
		var hash []byte
		err := tx.QueryRowContext(ctx, "DELETE FROM code_grants WHERE code_hash = ? RETURNING code_hash", codeHash).Scan(&hash)
		if err != nil {
			return orMissing(err, oauth.ErrNotFound)
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM families WHERE id = ?", codeHash)
		return err
	})
}
