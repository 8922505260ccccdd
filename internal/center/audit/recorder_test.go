package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/audit"
)

// slow takes a second for a transaction.
type slow struct {
	mu      sync.Mutex
	batches []int
	fail    error
}

func (s *slow) AppendAudit(_ context.Context, entries []audit.Entry) error {
	time.Sleep(time.Second) // of the bubble
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, len(entries))
	return s.fail
}

// What comes while a transaction is under way goes together into the next one,
// and each waits for its own.
func TestLogGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, recorded := &slow{}, 0
		log := &audit.Log{Store: store, Now: time.Now, Wrote: func(n int) { recorded += n }}
		began := time.Now()
		var all sync.WaitGroup
		for i := range 301 {
			all.Go(func() {
				if err := log.Record(t.Context(), audit.Event{}); err != nil {
					t.Error(err)
				}
				want := []time.Duration{1, 2, 3}[(i+255)/256] * time.Second
				if took := time.Since(began); took != want {
					t.Errorf("event %d after %v, want %v", i, took, want)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if diff := cmp.Diff([]int{1, 256, 44}, store.batches); diff != "" || recorded != 301 {
			t.Errorf("%d recorded; %s", recorded, diff)
		}
	})
}

func TestLogTellsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{fail: errors.New("disk full")}
		log := &audit.Log{Store: store, Now: time.Now}
		if err := log.Record(t.Context(), audit.Event{}); !errors.Is(err, store.fail) {
			t.Errorf("got %v", err)
		}
		store.fail = nil
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := log.Record(ctx, audit.Event{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after its request ended: %v", err)
		}
		log.Close()
		if diff := cmp.Diff([]int{1, 1}, store.batches); diff != "" {
			t.Errorf("it was not kept nevertheless: %s", diff)
		}
	})
}

// What strangers send becomes text that every database takes.
func TestNewEntry(t *testing.T) {
	e := audit.NewEntry(audit.WithRequestID(t.Context(), "id"), audit.Event{
		User: "a\x00b\xff", Client: strings.Repeat("ä", 5000), Details: map[string]string{"k\x00": "\xffv"},
	}, time.Date(2026, 11, 23, 10, 0, 0, 123456789, time.FixedZone("", 3600)))
	if e.RequestID != "id" || e.User != "a\uFFFDb\uFFFD" || len(e.Client) > 1027 || !utf8.ValidString(e.Client) {
		t.Errorf("%+v", e)
	}
	if want := time.Date(2026, 11, 23, 9, 0, 0, 123e6, time.UTC); e.At != want || e.Details != "{\"k\uFFFD\":\"\uFFFDv\"}" {
		t.Errorf("%+v", e)
	}
}

// No two entries have the same bytes under the hash, wherever a text ends.
func TestHashesDiffer(t *testing.T) {
	chain := audit.Chain{Key: make([]byte, 32)}
	seen := make(map[string]audit.Entry)
	for _, e := range []audit.Entry{
		{}, {Action: "ab"}, {Action: "a", Outcome: "b"}, {Outcome: "ab"}, {UserID: "ab"}, {User: "ab"}, {Client: "ab"},
		{Address: "ab"}, {Details: "ab"}, {RequestID: "ab"}, {At: time.UnixMilli(1)},
	} {
		records, head := chain.Link(audit.Head{Hash: audit.Begin()}, []audit.Entry{e, e})
		for _, r := range records {
			if other, ok := seen[string(r.Hash)]; ok {
				t.Errorf("%+v and %+v", other, e)
			}
			seen[string(r.Hash)] = e
		}
		if head.Seq != 2 {
			t.Errorf("head %d", head.Seq)
		}
	}
}

type counter map[string]int

func (c counter) Record(_ context.Context, e audit.Event) error {
	c[fmt.Sprint(e.Action, " ", e.Outcome, " ", e.Address)]++
	return nil
}

func TestSparing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := counter{}
		s := &audit.Sparing{Next: got, Now: time.Now}
		for range 2 {
			for range 100 {
				for _, e := range []audit.Event{
					{Action: "sign-in", Outcome: "throttled", Address: "1"}, {Action: "sign-in", Outcome: "throttled", Address: "2"},
					{Action: "token", Outcome: "throttled", Address: "1"}, {Action: "sign-in", Outcome: "wrong password", Address: "1"},
					{Action: "token", Outcome: "not this client's", Address: "1"}, {Action: "token", Outcome: "not this client's", UserID: "u", Address: "1"},
				} {
					if err := s.Record(t.Context(), e); err != nil {
						t.Fatal(err)
					}
				}
			}
			time.Sleep(time.Minute)
		}
		want := counter{"sign-in throttled 1": 2, "sign-in throttled 2": 2, "token throttled 1": 2, "sign-in wrong password 1": 200,
			"token not this client's 1": 202}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// stuck is a store that takes nothing until it is let go.
type stuck chan struct{}

func (s stuck) AppendAudit(context.Context, []audit.Entry) error { <-s; return nil }

// What waits for a database that does not answer has an end.
func TestLogIsBounded(t *testing.T) {
	store := make(stuck)
	log := &audit.Log{Store: store, Now: time.Now}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20_000 {
		err := log.Record(ended, audit.Event{})
		if away, ok := errors.AsType[interface {
			error
			Unavailable() bool
		}](err); ok && away.Unavailable() {
			close(store)
			log.Close()
			return
		}
	}
	t.Error("20,000 events wait")
	close(store)
	log.Close()
}
