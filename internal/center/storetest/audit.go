package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/audit"
)

func testAudit(t *testing.T, s Store) {
	ctx := t.Context()
	if head, err := audit.Verify(ctx, s, audit.Head{}); err != nil || head.Seq != 0 {
		t.Fatalf("the empty chain: %v, %v", head, err)
	}
	var want []string
	for i := range 150 { // of every size in which rows are written
		want = append(want, fmt.Sprint("u", i))
	}
	var entries []audit.Entry
	for _, id := range want {
		entries = append(entries, audit.NewEntry(audit.WithRequestID(ctx, "r-"+id), audit.Event{
			Action: "sign-in", Outcome: "ok\x00\xff", UserID: id, User: "Alice", Client: "c", Address: "::1",
			Details: map[string]string{"z": "<&>", "a": "ä"},
		}, start))
	}
	must(t, s.AppendAudit(ctx, entries[:1]))
	must(t, s.AppendAudit(ctx, entries[1:]))
	must(t, s.AppendAudit(ctx, nil))
	if head, err := audit.Verify(ctx, s, audit.Head{}); err != nil || head.Seq != 150 {
		t.Fatalf("%v, %v", head, err)
	}
	var got []audit.Entry
	for r, err := range audit.Records(ctx, s, 0) {
		must(t, err)
		got = append(got, r.Entry)
	}
	if diff := cmp.Diff(entries, got); diff != "" {
		t.Error(diff)
	}
}

// All who record at once, a few of them through one Log, make one chain.
func testAuditByMany(t *testing.T, s Store) {
	const logs, each = 4, 50
	var done sync.WaitGroup
	for range logs {
		log := &audit.Log{Store: s, Now: func() time.Time { return start }}
		for range each {
			done.Go(func() {
				if err := log.Record(t.Context(), audit.Event{Action: "token", Outcome: "ok"}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	done.Wait()
	if head, err := audit.Verify(t.Context(), s, audit.Head{}); err != nil || head.Seq != logs*each {
		t.Errorf("%v, %v, want %d records", head, err, logs*each)
	}
}

// Replicas, and a command line beside them, make one chain.
func testAuditByReplicas(t *testing.T, open func(t *testing.T, url string) Store, url string) {
	const replicas, each = 3, 100
	var done sync.WaitGroup
	var first Store
	for i := range replicas {
		s := open(t, url)
		t.Cleanup(func() { must(t, s.Close()) })
		log := &audit.Log{Store: s, Now: func() time.Time { return start }}
		for j := range each {
			done.Go(func() {
				if err := log.Record(t.Context(), audit.Event{Action: "token", User: fmt.Sprint(i, " ", j)}); err != nil {
					t.Error(err)
				}
			})
		}
		first = s
	}
	done.Wait()
	if head, err := audit.Verify(t.Context(), first, audit.Head{}); err != nil || head.Seq != replicas*each {
		t.Errorf("%v, %v, want %d records", head, err, replicas*each)
	}
}
