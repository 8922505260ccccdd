package store

import (
	"context"
	"errors"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

// LinkUser returns the user who is the identity, made with newID if there is
// none, with the name, address and groups that the method says. unknown are the
// groups that the directory has not. A name that somebody else has is
// signin.ErrNameTaken.
func (db *DB) LinkUser(ctx context.Context, i signin.Identity, newID string) (u directory.User, unknown []string, err error) {
	link := func(tx *transaction) error {
		u, unknown = directory.User{}, nil
		err := tx.QueryRowContext(ctx, "SELECT "+userColumns+" FROM users u WHERE source = ? AND external_id = ?", i.Method, i.ID).
			Scan(userFields(&u)...)
		if err := orMissing(err, signin.ErrNotFound); err != nil && !errors.Is(err, signin.ErrNotFound) {
			return err
		}
		if u.ID == "" {
			u = directory.User{ID: newID, Source: i.Method, ExternalID: i.ID}
		}
		if err := rename(ctx, tx, &u, i); err != nil {
			return err
		}
		unknown, err = joinOnly(ctx, tx, u.ID, i)
		return err
	}
	err = db.transact(ctx, link)
	if err != nil && db.write.dialect.taken(err) { // another browser of the same person was first
		err = db.transact(ctx, link)
	}
	return u, unknown, err
}

// rename writes what the method says of a user, if it differs.
func rename(ctx context.Context, tx *transaction, u *directory.User, i signin.Identity) error {
	if u.Name == i.Name && u.Email == i.Email {
		return nil
	}
	isNew := u.Name == ""
	u.Name, u.Email = i.Name, i.Email
	err := tx.QueryRowContext(ctx, "SELECT id FROM users WHERE name_key = ? AND id <> ?", directory.UserKey(u.Name), u.ID).Scan(new(string))
	if err == nil {
		return signin.ErrNameTaken
	}
	if err := orMissing(err, signin.ErrNotFound); !errors.Is(err, signin.ErrNotFound) {
		return err
	}
	if isNew {
		return putUser(ctx, tx, *u)
	}
	// Not the other columns: what was read of them may have been changed since.
	_, err = tx.ExecContext(ctx, "UPDATE users SET name = ?, name_key = ?, email = ? WHERE id = ?", u.Name, directory.UserKey(u.Name), u.Email, u.ID)
	return err
}

// joinOnly makes the memberships that are from the method those that it says.
func joinOnly(ctx context.Context, tx *transaction, userID string, i signin.Identity) (unknown []string, err error) {
	if _, err := tx.ExecContext(ctx, "DELETE FROM memberships WHERE user_id = ? AND source = ?", userID, i.Method); err != nil {
		return nil, err
	}
	for _, name := range i.Groups {
		err := execOne(ctx, tx, signin.ErrNotFound, `
			INSERT INTO memberships (user_id, group_id, source) SELECT ?, id, ? FROM user_groups WHERE name = ?
			ON CONFLICT (user_id, group_id) DO UPDATE SET source = memberships.source`, userID, i.Method, name)
		switch {
		case errors.Is(err, signin.ErrNotFound):
			unknown = append(unknown, name)
		case err != nil:
			return nil, err
		}
	}
	return unknown, nil
}
