package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
)

func session(name string) signin.Session {
	return signin.Session{Hash: hash(name), User: directory.User{ID: "u-alice", PasswordHash: "hash"}, Created: start, Expires: start.Add(time.Hour)}
}

func testSessions(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	must(t, s.PutSession(ctx, session("browser")))
	got, err := s.Session(ctx, hash("browser"), start)
	must(t, err)
	if got.User.Name != "Alice" || !got.Created.Equal(start) || !got.Expires.Equal(start.Add(time.Hour)) || !got.Proved.IsZero() {
		t.Errorf("session %+v", got)
	}
	proved := session("proved")
	proved.Proved = start.Add(-7 * time.Hour)
	must(t, s.PutSession(ctx, proved))
	if got, err := s.Session(ctx, hash("proved"), start); err != nil || !got.Proved.Equal(proved.Proved) || !got.Created.Equal(start) {
		t.Errorf("session %+v, %v", got, err)
	}
	if _, err := s.Session(ctx, hash("browser"), start.Add(time.Hour)); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("an expired session: %v", err)
	}
	must(t, s.DeleteSession(ctx, hash("browser")))
	if _, err := s.Session(ctx, hash("browser"), start); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("a deleted session: %v", err)
	}
}

// Another password signs its owner out everywhere; another address does not.
func testNewPassword(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g := grant(t, s, "a")
	must(t, s.PutSession(ctx, session("browser")))
	must(t, s.DecideDevice(ctx, g.UserCodeMAC, oauth.Decision{Status: oauth.Approved, UserID: "u-alice", SessionHash: hash("browser")}, start))
	must(t, redeem(t, s, g, "token", start))
	alice := directory.User{ID: "u-alice", Name: "alice", Email: "new@example.com", PasswordHash: "hash"}
	must(t, s.Apply(ctx, directory.Change{Users: []directory.User{alice}}))
	if _, err := s.Session(ctx, hash("browser"), start); err != nil {
		t.Errorf("after a new address: %v", err)
	}
	alice.PasswordHash = "another hash"
	must(t, s.Apply(ctx, directory.Change{Users: []directory.User{alice}}))
	if _, err := s.Session(ctx, hash("browser"), start); !errors.Is(err, signin.ErrNotFound) {
		t.Errorf("the session: %v", err)
	}
	if _, err := s.Token(ctx, hash("token"), start); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("the token: %v", err)
	}
}

var limit = signin.Limit{Burst: 3, Every: 10 * time.Second}

func testThrottle(t *testing.T, s Store) {
	type step struct {
		after time.Duration // since the start
		back  bool          // give one back instead
		want  time.Duration // to wait
	}
	for i, step := range []step{
		{}, {}, {},
		{want: 10 * time.Second},
		{after: 9 * time.Second, want: time.Second},
		{after: 10 * time.Second},
		{after: 10 * time.Second, want: 10 * time.Second},
		{after: 10 * time.Second, back: true},
		{after: 10 * time.Second},
		{after: time.Hour}, {after: time.Hour}, {after: time.Hour},
		{after: time.Hour, want: 10 * time.Second},
	} {
		if step.back {
			must(t, s.GiveBack(t.Context(), "x", limit))
			continue
		}
		got, err := s.Take(t.Context(), "x", limit, start.Add(step.after))
		must(t, err)
		if got != step.want {
			t.Errorf("step %d: wait %v, want %v", i, got, step.want)
		}
	}
	if wait, err := s.Take(t.Context(), "y", limit, start); wait > 0 || err != nil {
		t.Errorf("another subject: %v %v", wait, err)
	}
}

func testThrottleMob(t *testing.T, s Store) {
	var allowed atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			wait, err := s.Take(t.Context(), "x", limit, start)
			if err != nil {
				t.Error(err)
			} else if wait == 0 {
				allowed.Add(1)
			}
		})
	}
	all.Wait()
	if n := allowed.Load(); n != 3 {
		t.Errorf("%d of 100 tries at once, want 3", n)
	}
}

// One of all who would sweep does, once an interval.
func testSweepTurn(t *testing.T, s Store) {
	turns := func(now time.Time) int64 {
		var all sync.WaitGroup
		var turns atomic.Int64
		for range 10 {
			all.Go(func() {
				turn, err := s.SweepTurn(t.Context(), time.Hour, now)
				if turn {
					turns.Add(1)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return turns.Load()
	}
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{0, 1}, {59 * time.Minute, 0}, {time.Hour, 1}, {time.Hour, 0}} {
		if got := turns(start.Add(step.after)); got != step.want {
			t.Errorf("%d turns after %v, want %d", got, step.after, step.want)
		}
	}
}

// However many expired, all of it goes.
func testSweepMany(t *testing.T, s Store) {
	const many = 2100
	for i := range many {
		_, err := s.Take(t.Context(), fmt.Sprint("x", i), limit, start)
		must(t, err)
	}
	if n, err := s.Sweep(t.Context(), start.Add(24*time.Hour)); n != many || err != nil {
		t.Errorf("swept %d of %d, %v", n, many, err)
	}
}

func testSweep(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s)
	g := grant(t, s, "a")
	must(t, s.PutSession(ctx, session("browser")))
	_, err := s.Take(ctx, "x", limit, start)
	must(t, err)
	// What expired lately is remembered, for its bearer to be told so.
	if n, err := s.Sweep(ctx, expires); n != 1 || err != nil {
		t.Errorf("swept %d rows, want the throttle's alone (%v)", n, err)
	}
	if _, err := s.Device(ctx, g.DeviceHash); err != nil {
		t.Errorf("a grant that just expired: %v", err)
	}
	if n, err := s.Sweep(ctx, start.Add(3*time.Hour)); n != 3 || err != nil {
		t.Errorf("swept %d rows, want grant, session and client (%v)", n, err)
	}
	if _, err := s.Device(ctx, g.DeviceHash); !errors.Is(err, oauth.ErrNotFound) {
		t.Errorf("an old grant: %v", err)
	}
}

func testReopened(t *testing.T, open func(*testing.T, string) Store, url string) {
	s := open(t, url)
	fill(t, s)
	key := s.ServerKey()
	must(t, s.Close())
	s = open(t, url)
	t.Cleanup(func() { must(t, s.Close()) })
	if !bytes.Equal(key, s.ServerKey()) || len(key) != 32 {
		t.Error("another server key than before")
	}
	if _, err := s.UserByName(t.Context(), "alice"); err != nil {
		t.Error(err)
	}
}
