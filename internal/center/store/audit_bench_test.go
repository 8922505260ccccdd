//go:build unix

package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
)

// go test ./internal/center/store -run '^$' -bench Audit
func BenchmarkAuditRecord(b *testing.B) {
	for name, url := range map[string]func(*testing.B) string{
		"SQLite":     func(b *testing.B) string { return "sqlite:" + b.TempDir() + "/c.db" },
		"PostgreSQL": func(b *testing.B) string { return pgtest.StartDurable(b).URL() },
	} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), url(b))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			var batches atomic.Int64
			log := &audit.Log{Store: db, Now: time.Now, Wrote: func(int) { batches.Add(1) }}
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := log.Record(b.Context(), audit.Event{
						Action: "role credentials", Outcome: "ok", UserID: "0123456789abcdef", User: "alice", Client: "botocore-client-corp",
						Address: "192.0.2.7", Details: map[string]string{"account": "123456789011", "role": "ReadOnly"},
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.N)/float64(batches.Load()), "events/batch")
		})
	}
}

// BenchmarkAuditVerify walks a chain of a hundred thousand records.
func BenchmarkAuditVerify(b *testing.B) {
	const records = 100_000
	db, err := store.Open(b.Context(), "sqlite:"+b.TempDir()+"/c.db")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	entries := make([]audit.Entry, 10_000)
	for i := range entries {
		entries[i] = audit.NewEntry(b.Context(), audit.Event{Action: "token", Outcome: "ok", User: "alice"}, time.Now())
	}
	for range records / len(entries) {
		if err := db.AppendAudit(b.Context(), entries); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if head, err := audit.Verify(b.Context(), db, audit.Head{}); err != nil || head.Seq != records {
			b.Fatal(head, err)
		}
	}
	b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
