package store

import (
	"context"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

// UserByName returns a user by name in any case, or signin.ErrNotFound.
func (db *DB) UserByName(ctx context.Context, name string) (directory.User, error) {
	var u directory.User
	err := db.read.QueryRowContext(ctx,
		"SELECT id, name, email, password_hash FROM users WHERE name_key = ?", directory.UserKey(name)).
		Scan(&u.ID, &u.Name, &u.Email, &u.PasswordHash)
	return u, orMissing(err, signin.ErrNotFound)
}

// PutSession adds a browser session.
func (db *DB) PutSession(ctx context.Context, s signin.Session) error {
	_, err := db.write.ExecContext(ctx,
		"INSERT INTO sessions (hash, user_id, created, expires) VALUES (?, ?, ?, ?)",
		s.Hash, s.User.ID, millis(s.Created), millis(s.Expires))
	return err
}

// Session returns the session of a cookie, or signin.ErrNotFound.
func (db *DB) Session(ctx context.Context, hash []byte, now time.Time) (signin.Session, error) {
	s := signin.Session{Hash: hash}
	var created, expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT u.id, u.name, u.email, u.password_hash, s.created, s.expires
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.hash = ? AND s.expires > ?`, hash, millis(now)).
		Scan(&s.User.ID, &s.User.Name, &s.User.Email, &s.User.PasswordHash, &created, &expires)
	if err != nil {
		return signin.Session{}, orMissing(err, signin.ErrNotFound)
	}
	s.Created, s.Expires = fromMillis(created), fromMillis(expires)
	return s, nil
}

// DeleteSession ends a session.
func (db *DB) DeleteSession(ctx context.Context, hash []byte) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM sessions WHERE hash = ?", hash)
	return err
}
