package audit

import (
	"context"
	"iter"
)

// Source is where a chain is kept.
type Source interface {
	// AuditHead returns ErrNoHead if there is none.
	AuditHead(ctx context.Context) (Head, error)
	// AuditRecords returns up to limit records whose Seq is above after, in order.
	AuditRecords(ctx context.Context, after int64, limit int) ([]Record, error)
	AuditChain() Chain
}

// page is how many records are read at once.
const page = 1000

// Records are those of s whose Seq is above after, in order, also those that are
// added meanwhile. An error is the last thing.
func Records(ctx context.Context, s Source, after int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			records, err := s.AuditRecords(ctx, after, page)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
				after = r.Seq
			}
			if len(records) == 0 {
				return
			}
		}
	}
}
