package store

import (
	"context"

	"latchkey/internal/center/signin"
)

// PutTOTP keeps the sealed secret of a user's second factor, instead of one that
// the user has.
func (db *DB) PutTOTP(ctx context.Context, userID string, sealed []byte) error {
	return putTOTP(ctx, db.write, userID, sealed)
}

func putTOTP(ctx context.Context, on executor, userID string, sealed []byte) error {
	_, err := on.ExecContext(ctx, `
		INSERT INTO totps (user_id, sealed, last_step) VALUES (?, ?, 0)
		ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0`, userID, sealed)
	return err
}

// TOTP returns it, or signin.ErrNotFound.
func (db *DB) TOTP(ctx context.Context, userID string) ([]byte, error) {
	var sealed []byte
	err := db.read.QueryRowContext(ctx, "SELECT sealed FROM totps WHERE user_id = ?", userID).Scan(&sealed)
	return sealed, orMissing(err, signin.ErrNotFound)
}

// DeleteTOTP takes a user's second factor away, or returns signin.ErrNotFound.
func (db *DB) DeleteTOTP(ctx context.Context, userID string) error {
	return deleteTOTP(ctx, db.write, userID)
}

func deleteTOTP(ctx context.Context, on executor, userID string) error {
	return execOne(ctx, on, signin.ErrNotFound, "DELETE FROM totps WHERE user_id = ?", userID)
}

// UseTOTP makes a time step and those before it used, or returns
// signin.ErrNotFound if it is already.
func (db *DB) UseTOTP(ctx context.Context, userID string, step int64) error {
	return execOne(ctx, db.write, signin.ErrNotFound,
		"UPDATE totps SET last_step = ? WHERE user_id = ? AND last_step < ?", step, userID, step)
}
