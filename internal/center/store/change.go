package store

import (
	"context"
	"encoding/json"
	"strconv"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
)

// Apply writes a change of the directory and its record, all of it or nothing.
// A change made for an older version of the directory is directory.ErrChanged.
func (db *DB) Apply(ctx context.Context, c directory.Change) error {
	return db.transact(ctx, func(tx *transaction) error {
		if err := nextVersion(ctx, tx, c.Version); err != nil {
			return err
		}
		for _, apply := range []func(context.Context, *transaction, directory.Change) error{
			applyUsers, applyGroups, applyAccounts, applyPermissionSets, applyAssignments, applySettings,
		} {
			if err := apply(ctx, tx, c); err != nil {
				return err
			}
		}
		return db.recordDeeds(ctx, tx, c.By, c.Deeds)
	})
}

// nextVersion makes others who change the directory wait until tx has ended. A
// version of 0 is any.
func nextVersion(ctx context.Context, tx *transaction, version int64) error {
	return execOne(ctx, tx, directory.ErrChanged,
		"UPDATE directory_head SET version = version + 1 WHERE id = 1 AND (version = ? OR ? = 0)", version, version)
}

func (db *DB) recordDeeds(ctx context.Context, tx *transaction, by string, deeds []directory.Deed) error {
	events := make([]audit.Event, len(deeds))
	for i, deed := range deeds {
		events[i] = audit.Event{Action: "directory change", Outcome: "ok", User: by, Details: deed}
	}
	return db.appendAudit(ctx, tx, db.Now(), events...)
}

func applyUsers(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, u := range c.Users {
		if err := changeUser(ctx, tx, u); err != nil {
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

// changeUser is putUser, and ends everything of a user who gets another password,
// which may be because somebody else knew it, and of one who may not sign in any
// more. The end comes last: whoever signs in at the same time has then either
// done so, and is ended, or finds the user changed.
func changeUser(ctx context.Context, tx *transaction, u directory.User) error {
	var changed int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM users WHERE id = ? AND password_hash <> ?", u.ID, u.PasswordHash).Scan(&changed)
	if err != nil {
		return err
	}
	if err := putUser(ctx, tx, u); err != nil || changed == 0 && !u.Disabled {
		return err
	}
	return endAll(ctx, tx, u.ID)
}

func applyGroups(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, g := range c.Groups {
		if err := putGroup(ctx, tx, g); err != nil {
			return err
		}
		if err := setMembers(ctx, tx, g); err != nil {
			return err
		}
	}
	return nil
}

func putGroup(ctx context.Context, tx *transaction, g directory.Group) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO user_groups (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name", g.ID, g.Name)
	return err
}

// setMembers leaves those whom a sign-in method made members.
func setMembers(ctx context.Context, tx *transaction, g directory.Group) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM memberships WHERE group_id = ? AND source = ''", g.ID); err != nil {
		return err
	}
	for _, userID := range g.Members {
		if err := putMember(ctx, tx, g.ID, userID); err != nil {
			return err
		}
	}
	return nil
}

func putMember(ctx context.Context, tx *transaction, groupID, userID string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO memberships (user_id, group_id, source) VALUES (?, ?, '')
		ON CONFLICT (user_id, group_id) DO UPDATE SET source = ''`, userID, groupID)
	return err
}

func applyAccounts(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, a := range c.Accounts {
		if err := putAccount(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

func putAccount(ctx context.Context, tx *transaction, a directory.Account) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO accounts (id, name, email, position) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email`,
		a.ID, a.Name, a.Email, a.Position)
	return err
}

func applyPermissionSets(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, s := range c.PermissionSets {
		if err := putPermissionSet(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

func putPermissionSet(ctx context.Context, tx *transaction, s directory.PermissionSet) error {
	if s.ManagedPolicies == nil {
		s.ManagedPolicies = []string{}
	}
	if s.Tags == nil {
		s.Tags = map[string]string{}
	}
	managed, err := json.Marshal(s.ManagedPolicies)
	if err != nil {
		return err
	}
	tags, err := json.Marshal(s.Tags)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO permission_sets (id, name, description, session_duration, relay_state, position,
			managed_policies, inline_policy, tags)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET description = excluded.description,
			session_duration = excluded.session_duration, relay_state = excluded.relay_state,
			managed_policies = excluded.managed_policies, inline_policy = excluded.inline_policy, tags = excluded.tags`,
		s.ID, s.Name, s.Description, s.SessionDuration.Milliseconds(), s.RelayState, s.Position,
		string(managed), s.InlinePolicy, string(tags))
	return err
}

func applyAssignments(ctx context.Context, tx *transaction, c directory.Change) error {
	for _, a := range c.Assignments {
		if err := putAssignment(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

func putAssignment(ctx context.Context, tx *transaction, a directory.Assignment) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO assignments (principal_id, account_id, permission_set_id) VALUES (?, ?, ?)",
		a.PrincipalID, a.AccountID, a.PermissionSetID)
	return err
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
