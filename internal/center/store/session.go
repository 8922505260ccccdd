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
		"SELECT "+userColumns+" FROM users u WHERE name_key = ?", directory.UserKey(name)).
		Scan(userFields(&u)...)
	return u, orMissing(err, signin.ErrNotFound)
}

// UserByID returns a user, or signin.ErrNotFound.
func (db *DB) UserByID(ctx context.Context, id string) (directory.User, error) {
	var u directory.User
	err := db.read.QueryRowContext(ctx, "SELECT "+userColumns+" FROM users u WHERE id = ?", id).Scan(userFields(&u)...)
	return u, orMissing(err, signin.ErrNotFound)
}

// userColumns are those of users u, userFields where they go.
const userColumns = "u.id, u.name, u.email, u.password_hash, u.source, u.external_id, u.disabled, u.administrator"

func userFields(u *directory.User) []any {
	return []any{&u.ID, &u.Name, &u.Email, &u.PasswordHash, &u.Source, &u.ExternalID, &u.Disabled, &u.Administrator}
}

// PutSession adds a browser session, or returns signin.ErrNotFound for a user
// who has been disabled or got another password since s.User was read. The
// statement that changes nothing has others who change the user wait, and then
// end this session too.
func (db *DB) PutSession(ctx context.Context, s signin.Session) error {
	var proved int64 // 0 for the zero time
	if !s.Proved.IsZero() {
		proved = millis(s.Proved)
	}
	return db.transact(ctx, func(tx *transaction) error {
		err := execOne(ctx, tx, signin.ErrNotFound,
			"UPDATE users SET disabled = disabled WHERE id = ? AND disabled = 0 AND password_hash = ?", s.User.ID, s.User.PasswordHash)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			"INSERT INTO sessions (hash, user_id, address, browser, proved, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
			s.Hash, s.User.ID, s.Address, s.Browser, proved, millis(s.Created), millis(s.Expires))
		return err
	})
}

// Session returns the session of a cookie, or signin.ErrNotFound.
func (db *DB) Session(ctx context.Context, hash []byte, now time.Time) (signin.Session, error) {
	s := signin.Session{Hash: hash}
	var proved, created, expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT `+userColumns+`, s.address, s.browser, s.proved, s.created, s.expires
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.hash = ? AND s.expires > ?`, hash, millis(now)).
		Scan(append(userFields(&s.User), &s.Address, &s.Browser, &proved, &created, &expires)...)
	if err != nil {
		return signin.Session{}, orMissing(err, signin.ErrNotFound)
	}
	s.Created, s.Expires = fromMillis(created), fromMillis(expires)
	if proved != 0 {
		s.Proved = fromMillis(proved)
	}
	return s, nil
}

// DeleteSession ends a session.
func (db *DB) DeleteSession(ctx context.Context, hash []byte) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM sessions WHERE hash = ?", hash)
	return err
}
