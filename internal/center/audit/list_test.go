package audit_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"latchkey/internal/center/audit"
)

// memory is a chain of n records; each hundredth is alice's.
type memory struct{ records []audit.Record }

func newMemory(n int) memory {
	var m memory
	for i := range n {
		r := audit.Record{Seq: int64(i + 1), Entry: audit.Entry{User: "bob", At: time.Unix(int64(i), 0)}}
		if i%100 == 0 {
			r.User = "alice"
		}
		m.records = append(m.records, r)
	}
	return m
}

func (m memory) AuditHead(context.Context) (audit.Head, error) {
	return audit.Head{Seq: int64(len(m.records))}, nil
}

func (m memory) AuditRecords(_ context.Context, after int64, limit int) ([]audit.Record, error) {
	from := min(int(after), len(m.records))
	return m.records[from:min(from+limit, len(m.records))], nil
}

func (m memory) AuditChain() audit.Chain { return audit.Chain{} }

func TestList(t *testing.T) {
	chain := newMemory(20_000)
	for _, tt := range []struct {
		filter      audit.Filter
		count       int
		first, last int64
	}{
		{audit.Filter{}, 20_000, 1, 20_000},
		{audit.Filter{Limit: 3}, 3, 19_998, 20_000},
		{audit.Filter{Limit: 30_000}, 20_000, 1, 20_000},
		{audit.Filter{User: "ALICE"}, 200, 1, 19_901},
		{audit.Filter{User: "alice", Limit: 2}, 2, 19_801, 19_901},
		{audit.Filter{User: "alice", Limit: 150}, 150, 5001, 19_901},
		{audit.Filter{User: "alice", Limit: 500}, 200, 1, 19_901},
		{audit.Filter{Since: time.Unix(19_990, 0)}, 10, 19_991, 20_000},
		{audit.Filter{Action: "token"}, 0, 0, 0},
		{audit.Filter{Action: "token", Limit: 1}, 0, 0, 0},
	} {
		var got []int64
		for r, err := range audit.List(t.Context(), chain, tt.filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Seq)
		}
		if len(got) != tt.count || tt.count > 0 && (got[0] != tt.first || got[len(got)-1] != tt.last) || !slices.IsSorted(got) {
			t.Errorf("%+v: %d from %s", tt.filter, len(got), fmt.Sprintf("%.60s", fmt.Sprint(got)))
		}
	}
	for range audit.List(t.Context(), chain, audit.Filter{Limit: 5}) {
		break // nothing more is asked of it
	}
}
