package store

import (
	"context"
	"strconv"

	"latchkey/internal/center/directory"
)

// Apply writes a change of the directory, all of it or nothing.
func (db *DB) Apply(ctx context.Context, c directory.Change) error {
	return db.transact(ctx, func(tx *transaction) error {
		for _, apply := range []func(context.Context, *transaction, directory.Change) error{
			applyUsers, applyGroups, applyAccounts, applyPermissionSets, applyAssignments, applySettings,
		} {
			if err := apply(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func applyUsers(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, u := range c.Users {
		if err := signOutIfNew(ctx, tx, u); err != nil {
			return err
		}
		if err := putUser(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// putUser writes a user, new or changed.
func putUser(ctx context.Context, tx *transaction, u directory.User) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO users (id, name, name_key, email, password_hash, source, external_id, disabled, administrator)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
			email = excluded.email, password_hash = excluded.password_hash, source = excluded.source,
			external_id = excluded.external_id, disabled = excluded.disabled, administrator = excluded.administrator`,
		u.ID, u.Name, directory.UserKey(u.Name), u.Email, u.PasswordHash, u.Source, u.ExternalID,
		bit(u.Disabled), bit(u.Administrator))
	return err
}

// bit is how a column keeps a bool.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// signOutIfNew ends the sessions and tokens of a user who gets another password,
// and what was allowed but not fetched yet: it may be changed because somebody
// else knew it.
func signOutIfNew(ctx context.Context, tx *transaction, u directory.User) error {
	for _, table := range []string{"sessions", "device_grants", "code_grants", "families", "tokens"} {
		_, err := tx.ExecContext(ctx, "DELETE FROM "+table+` WHERE user_id IN (
			SELECT id FROM users WHERE id = ? AND password_hash <> ?)`, u.ID, u.PasswordHash)
		if err != nil {
			return err
		}
	}
	return nil
}

func applyGroups(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, g := range c.Groups {
		_, err := tx.ExecContext(ctx,
			"INSERT INTO user_groups (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", g.ID, g.Name)
		if err != nil {
			return err
		}
		if err := setMembers(ctx, tx, g); err != nil {
			return err
		}
	}
	return nil
}

func setMembers(ctx context.Context, tx *transaction, g directory.Group) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM memberships WHERE group_id = ? AND source = ''", g.ID); err != nil {
		return err
	}
	for _, userID := range g.Members {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO memberships (user_id, group_id, source) VALUES (?, ?, '')
			ON CONFLICT (user_id, group_id) DO UPDATE SET source = ''`, userID, g.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func applyAccounts(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, a := range c.Accounts {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO accounts (id, name, email, position) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email`,
			a.ID, a.Name, a.Email, a.Position)
		if err != nil {
			return err
		}
	}
	return nil
}

func applyPermissionSets(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, s := range c.PermissionSets {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO permission_sets (id, name, session_duration, position) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET session_duration = excluded.session_duration`,
			s.ID, s.Name, s.SessionDuration.Milliseconds(), s.Position)
		if err != nil {
			return err
		}
	}
	return nil
}

func applyAssignments(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, a := range c.Assignments {
		_, err := tx.ExecContext(ctx,
			"INSERT INTO assignments (principal_id, account_id, permission_set_id) VALUES (?, ?, ?)",
			a.PrincipalID, a.AccountID, a.PermissionSetID)
		if err != nil {
			return err
		}
	}
	return nil
}

func applySettings(ctx context.Context, tx *transaction, c directory.Change) error {
	if c.SignInSession == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO settings (name, value) VALUES ('sign_in_session', ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		strconv.FormatInt(c.SignInSession.Milliseconds(), 10))
	return err
}
