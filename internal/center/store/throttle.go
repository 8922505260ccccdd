package store

import (
	"context"
	"time"

	"latchkey/internal/center/signin"
)

// Take counts a try. free_at moves on by Every with each; a try that would move
// it further than Burst tries from now is not made.
func (db *DB) Take(ctx context.Context, subject string, limit signin.Limit, now time.Time) (time.Duration, error) {
	every, at := limit.Every.Milliseconds(), millis(now)
	ceiling := at + int64(limit.Burst-1)*every
	result, err := db.write.ExecContext(ctx, `
		INSERT INTO throttles (subject, free_at) VALUES (?, ?)
		ON CONFLICT (subject) DO UPDATE
		SET free_at = CASE WHEN throttles.free_at > ? THEN throttles.free_at ELSE ? END + ?
		WHERE throttles.free_at <= ?`,
		subject, at+every, at, at, every, ceiling)
	if err != nil {
		return 0, err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return 0, err
	}
	var freeAt int64
	err = db.read.QueryRowContext(ctx, "SELECT free_at FROM throttles WHERE subject = ?", subject).Scan(&freeAt)
	return max(time.Duration(freeAt-ceiling)*time.Millisecond, time.Millisecond), err
}

// GiveBack takes a try back.
func (db *DB) GiveBack(ctx context.Context, subject string, limit signin.Limit) error {
	_, err := db.write.ExecContext(ctx,
		"UPDATE throttles SET free_at = free_at - ? WHERE subject = ?", limit.Every.Milliseconds(), subject)
	return err
}
