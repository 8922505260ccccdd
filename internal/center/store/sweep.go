package store

import (
	"context"
	"fmt"
	"time"
)

// remembered is how long an expired row is still there, for its bearer to be
// told that it expired and not that it never was.
const remembered = time.Hour

// sweptAtOnce is how many rows one statement deletes, so that nobody waits long
// for what it holds.
const sweptAtOnce = 1000

// SweepTurn reports whether to sweep now: to one of all replicas, once an
// interval.
func (db *DB) SweepTurn(ctx context.Context, interval time.Duration, now time.Time) (bool, error) {
	result, err := db.write.ExecContext(ctx, `
		INSERT INTO settings (name, value) VALUES ('swept', ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value
		WHERE CAST(settings.value AS BIGINT) <= ?`,
		fmt.Sprint(millis(now)), millis(now.Add(-interval)))
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Sweep deletes what expired, and returns how many rows that were.
func (db *DB) Sweep(ctx context.Context, now time.Time) (int64, error) {
	var swept int64
	// Clients go last: deleting one takes its grants and tokens with it.
	for _, t := range []struct{ name, key, column string }{
		{"device_grants", "device_hash", "expires"}, {"code_grants", "code_hash", "expires"},
		{"tokens", "hash", "expires"}, {"families", "id", "expires"}, {"sessions", "hash", "expires"},
		{"clients", "id", "expires"}, {"throttles", "subject", "free_at"},
	} {
		limit := now.Add(-remembered)
		if t.name == "throttles" {
			limit = now
		}
		n, err := db.deleteBefore(ctx, t.name, t.key, t.column, limit)
		swept += n
		if err != nil {
			return swept, fmt.Errorf("sweeping %s: %w", t.name, err)
		}
	}
	return swept, nil
}

func (db *DB) deleteBefore(ctx context.Context, table, key, column string, limit time.Time) (int64, error) {
	// The condition again: PostgreSQL looks at it once more in a row that somebody
	// changed meanwhile.
	query := fmt.Sprintf("DELETE FROM %[1]s WHERE %[3]s <= ? AND %[2]s IN (SELECT %[2]s FROM %[1]s WHERE %[3]s <= ? ORDER BY %[3]s LIMIT %[4]d)",
		table, key, column, sweptAtOnce)
	for all := int64(0); ; {
		result, err := db.write.ExecContext(ctx, query, millis(limit), millis(limit))
		if err != nil {
			return all, err
		}
		n, err := result.RowsAffected()
		all += n
		if err != nil || n < sweptAtOnce {
			return all, err
		}
	}
}
