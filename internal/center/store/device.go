package store

import (
	"context"
	"time"

	"latchkey/internal/center/oauth"
)

// PutDevice adds a device grant.
func (db *DB) PutDevice(ctx context.Context, g oauth.DeviceGrant) error {
	_, err := db.write.ExecContext(ctx, `
		INSERT INTO device_grants (device_hash, user_code_mac, client_id, start_url, address, status, created, expires)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		g.DeviceHash, g.UserCodeMAC, g.ClientID, g.StartURL, g.Address, string(g.Status), millis(g.Created), millis(g.Expires))
	return err
}

const selectDevice = `
	SELECT g.device_hash, g.user_code_mac, g.client_id, c.name, COALESCE(u.id, ''), COALESCE(u.name, ''), g.start_url, g.address, g.status, g.created, g.expires
	FROM device_grants g JOIN clients c ON c.id = g.client_id LEFT JOIN users u ON u.id = g.user_id `

// Device returns a grant by its device code, or oauth.ErrNotFound.
func (db *DB) Device(ctx context.Context, deviceHash []byte) (oauth.DeviceGrant, error) {
	return scanDevice(db.read.QueryRowContext(ctx, selectDevice+"WHERE g.device_hash = ?", deviceHash))
}

// PendingDevice returns the grant that waits for a person with this code.
func (db *DB) PendingDevice(ctx context.Context, userCodeMAC []byte, now time.Time) (oauth.DeviceGrant, error) {
	return scanDevice(db.read.QueryRowContext(ctx,
		selectDevice+"WHERE g.user_code_mac = ? AND g.status = 'pending' AND g.expires > ?", userCodeMAC, millis(now)))
}

func scanDevice(row foundRow) (oauth.DeviceGrant, error) {
	var g oauth.DeviceGrant
	var created, expires int64
	err := row.Scan(&g.DeviceHash, &g.UserCodeMAC, &g.ClientID, &g.ClientName, &g.UserID, &g.UserName, &g.StartURL, &g.Address,
		&g.Status, &created, &expires)
	if err != nil {
		return oauth.DeviceGrant{}, orMissing(err, oauth.ErrNotFound)
	}
	g.Created, g.Expires = fromMillis(created), fromMillis(expires)
	return g, nil
}

// DecideDevice writes a person's answer, unless there is one already.
func (db *DB) DecideDevice(ctx context.Context, userCodeMAC []byte, d oauth.Decision, now time.Time) error {
	return db.transact(ctx, func(tx *transaction) error {
		if err := holdSession(ctx, tx, d.SessionHash); err != nil {
			return err
		}
		return execOne(ctx, tx, oauth.ErrNotFound, `
			UPDATE device_grants SET status = ?, user_id = ?, session_hash = ?
			WHERE user_code_mac = ? AND status = 'pending' AND expires > ?`,
			string(d.Status), d.UserID, d.SessionHash, userCodeMAC, millis(now))
	})
}

// holdSession has whoever ends a browser session wait for tx, and then end what tx
// allowed in it; or returns oauth.ErrNotFound if the session has been ended.
func holdSession(ctx context.Context, tx *transaction, sessionHash []byte) error {
	return execOne(ctx, tx, oauth.ErrNotFound, "UPDATE sessions SET expires = expires WHERE hash = ?", sessionHash)
}

// BurnDevice makes a grant useless.
func (db *DB) BurnDevice(ctx context.Context, deviceHash []byte) error {
	_, err := db.write.ExecContext(ctx,
		"UPDATE device_grants SET status = 'denied' WHERE device_hash = ? AND status <> 'used'", deviceHash)
	return err
}

// RedeemDevice trades an approved grant for the first tokens of a family, once.
func (db *DB) RedeemDevice(ctx context.Context, f oauth.Family, t oauth.Tokens, now time.Time) error {
	return db.transact(ctx, func(tx *transaction) error {
		return begin(ctx, tx, f, t, now, tx.QueryRowContext(ctx, `
			UPDATE device_grants SET status = 'used'
			WHERE device_hash = ? AND client_id = ? AND status = 'approved' AND expires > ?
			RETURNING user_id, session_hash, address`,
			f.ID, f.ClientID, millis(now)))
	})
}
