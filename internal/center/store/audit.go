package store

import (
	"context"
	"strings"
	"time"

	"latchkey/internal/center/audit"
)

const auditColumns = "seq, at, request_id, action, outcome, user_id, user_name, client, address, details, hash"

// AppendAudit adds entries to the end of the chain in one transaction.
func (db *DB) AppendAudit(ctx context.Context, entries []audit.Entry) error {
	return db.transact(ctx, func(tx *transaction) error { return db.appendEntries(ctx, tx, entries) })
}

// appendAudit records events in a transaction of something else, which then
// happens only with its record. It belongs at the transaction's end: until that
// commits, nobody else can record.
func (db *DB) appendAudit(ctx context.Context, tx *transaction, at time.Time, events ...audit.Event) error {
	entries := make([]audit.Entry, len(events))
	for i, e := range events {
		entries[i] = audit.NewEntry(ctx, e, at)
	}
	return db.appendEntries(ctx, tx, entries)
}

// appendEntries takes the head first: that statement is where all who append, of
// all replicas, wait for each other.
func (db *DB) appendEntries(ctx context.Context, tx *transaction, entries []audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	head, err := scanHead(tx.QueryRowContext(ctx,
		"UPDATE audit_head SET seq = seq + ? WHERE id = 1 RETURNING seq, hash", len(entries)))
	if err != nil {
		return err
	}
	head.Seq -= int64(len(entries))
	records, head := db.AuditChain().Link(head, entries)
	if err := insertAudit(ctx, tx, records); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE audit_head SET hash = ? WHERE id = 1", head.Hash)
	return err
}

// AuditChain is the chain of this database.
func (db *DB) AuditChain() audit.Chain {
	return audit.Chain{Key: db.key.Derive("audit")}
}

// AuditHead returns the end of the chain, or audit.ErrNoHead.
func (db *DB) AuditHead(ctx context.Context) (audit.Head, error) {
	return scanHead(db.read.QueryRowContext(ctx, "SELECT seq, hash FROM audit_head WHERE id = 1"))
}

func scanHead(found interface{ Scan(to ...any) error }) (audit.Head, error) {
	var h audit.Head
	if err := found.Scan(&h.Seq, &h.Hash); err != nil {
		return h, orMissing(err, audit.ErrNoHead)
	}
	if h.Hash == nil {
		h.Hash = audit.Begin()
	}
	return h, nil
}

// insertAudit writes many rows with few statements, of few different lengths.
func insertAudit(ctx context.Context, tx *transaction, records []audit.Record) error {
	for _, size := range []int{64, 8, 1} {
		for len(records) >= size {
			values := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", size)[2:]
			args := make([]any, 0, 11*size)
			for _, r := range records[:size] {
				args = append(args, r.Seq, millis(r.At), r.RequestID, r.Action, r.Outcome,
					r.UserID, r.User, r.Client, r.Address, r.Details, r.Hash)
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO audit_records ("+auditColumns+") VALUES "+values, args...)
			if err != nil {
				return err
			}
			records = records[size:]
		}
	}
	return nil
}

// AuditRecords returns up to limit records whose seq is above after, in order.
func (db *DB) AuditRecords(ctx context.Context, after int64, limit int) ([]audit.Record, error) {
	found, err := db.read.QueryContext(ctx, "SELECT "+auditColumns+
		" FROM audit_records WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var records []audit.Record
	for found.Next() {
		var r audit.Record
		var at int64
		err := found.Scan(&r.Seq, &at, &r.RequestID, &r.Action, &r.Outcome,
			&r.UserID, &r.User, &r.Client, &r.Address, &r.Details, &r.Hash)
		if err != nil {
			return nil, err
		}
		r.At = fromMillis(at)
		records = append(records, r)
	}
	return records, found.Err()
}
