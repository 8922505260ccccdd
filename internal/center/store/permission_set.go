package store

import (
	"encoding/json"
	"fmt"
	"time"

	"latchkey/internal/center/directory"
)

// setColumns are all of permission_sets, setRow where they go.
const setColumns = "id, name, description, session_duration, relay_state, position, managed_policies, inline_policy, tags"

type setRow struct {
	directory.PermissionSet
	managed, tags string
}

func (r *setRow) fields() []any {
	return []any{&r.ID, &r.Name, &r.Description, &r.SessionDuration, &r.RelayState, &r.Position, &r.managed, &r.InlinePolicy, &r.tags}
}

// set is the permission set of a row, without lists of nothing.
func (r *setRow) set() (directory.PermissionSet, error) {
	s := r.PermissionSet
	s.SessionDuration *= time.Millisecond // kept in milliseconds
	if err := json.Unmarshal([]byte(r.managed), &s.ManagedPolicies); err != nil {
		return s, fmt.Errorf("managed policies of permission set %s: %w", s.ID, err)
	}
	if err := json.Unmarshal([]byte(r.tags), &s.Tags); err != nil {
		return s, fmt.Errorf("tags of permission set %s: %w", s.ID, err)
	}
	if len(s.ManagedPolicies) == 0 {
		s.ManagedPolicies = nil
	}
	if len(s.Tags) == 0 {
		s.Tags = nil
	}
	return s, nil
}

func scanWholeSets(rows foundRows, err error) ([]directory.PermissionSet, error) {
	found, err := collect(rows, err, (*setRow).fields)
	if err != nil {
		return nil, err
	}
	sets := make([]directory.PermissionSet, len(found))
	for i := range found {
		if sets[i], err = found[i].set(); err != nil {
			return nil, err
		}
	}
	return sets, nil
}
