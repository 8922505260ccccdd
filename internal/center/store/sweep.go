package store

import (
	"context"
	"fmt"
	"time"
)

// remembered is how long an expired row is still there, for its bearer to be
// told that it expired and not that it never was.
const remembered = time.Hour

// Sweep deletes what expired, and returns how many rows that were.
func (db *DB) Sweep(ctx context.Context, now time.Time) (int64, error) {
	var swept int64
	// Clients go last: deleting one takes its grants and tokens with it.
	for _, table := range []string{"device_grants", "code_grants", "tokens", "families", "sessions", "clients"} {
		n, err := db.deleteBefore(ctx, table, "expires", now.Add(-remembered))
		if err != nil {
			return swept, err
		}
		swept += n
	}
	n, err := db.deleteBefore(ctx, "throttles", "free_at", now)
	return swept + n, err
}

func (db *DB) deleteBefore(ctx context.Context, table, column string, limit time.Time) (int64, error) {
	result, err := db.write.ExecContext(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s <= ?", table, column), millis(limit))
	if err != nil {
		return 0, fmt.Errorf("sweeping %s: %w", table, err)
	}
	return result.RowsAffected()
}
