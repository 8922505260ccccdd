package store

import (
	"context"
	"encoding/json"
	"fmt"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/policy"
)

// Policies returns those of a permission set that the user has in the account
// and, not being disabled, may use; else directory.ErrNotFound.
func (db *DB) Policies(ctx context.Context, userID, accountID, permissionSetID string) (policy.Policies, error) {
	var p policy.Policies
	var managed string
	err := db.read.QueryRowContext(ctx, `
		SELECT inline_policy, managed_policies FROM permission_sets
		WHERE id = ? AND EXISTS (SELECT 1 FROM users WHERE id = ? AND disabled = 0)
			AND EXISTS (
				SELECT 1 FROM assignments a
				WHERE permission_set_id = permission_sets.id AND account_id = ? AND `+mine+`)`,
		permissionSetID, userID, accountID, userID, userID).Scan(&p.Inline, &managed)
	if err != nil {
		return policy.Policies{}, orMissing(err, directory.ErrNotFound)
	}
	if err := json.Unmarshal([]byte(managed), &p.Managed); err != nil {
		return policy.Policies{}, fmt.Errorf("managed policies of permission set %s: %w", permissionSetID, err)
	}
	return p, nil
}

// HasAccount reports whether there is an account with that id.
func (db *DB) HasAccount(ctx context.Context, id string) (bool, error) {
	var n int
	err := db.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM accounts WHERE id = ?", id).Scan(&n)
	return n > 0, err
}
