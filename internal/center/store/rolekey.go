package store

import (
	"context"

	"latchkey/internal/center/sts"
)

// PutKey adds an access key of a role.
func (db *DB) PutKey(ctx context.Context, k sts.StoredKey) error {
	_, err := db.write.ExecContext(ctx, `
		INSERT INTO role_keys (access_key_id, token_hash, arn, user_id, account, expires) VALUES (?, ?, ?, ?, ?, ?)`,
		k.AccessKeyID, k.TokenHash, k.ARN, k.UserID, k.Account, millis(k.Expires))
	return err
}

// Key returns an access key, expired ones among them, or sts.ErrNotFound.
func (db *DB) Key(ctx context.Context, accessKeyID string) (sts.StoredKey, error) {
	k := sts.StoredKey{AccessKeyID: accessKeyID}
	var expires int64
	err := db.read.QueryRowContext(ctx,
		"SELECT token_hash, arn, user_id, account, expires FROM role_keys WHERE access_key_id = ?", accessKeyID).
		Scan(&k.TokenHash, &k.ARN, &k.UserID, &k.Account, &expires)
	if err != nil {
		return sts.StoredKey{}, orMissing(err, sts.ErrNotFound)
	}
	k.Expires = fromMillis(expires)
	return k, nil
}
