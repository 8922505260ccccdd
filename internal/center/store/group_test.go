package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/oauth"
)

func openGroup(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "center.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func put(ctx context.Context, tx *transaction, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, '')", name)
	return err
}

// hold keeps the writer busy until release is called, so that what comes in the
// meantime is one group.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_ = db.transact(context.Background(), func(*transaction) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() { close(end); <-ended }
}

func (g *group) length() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// await waits until n writes wait.
func await(t *testing.T, db *DB, n int) {
	t.Helper()
	for tick := time.NewTicker(time.Millisecond); db.write.group.length() < n; {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("they do not come")
		}
	}
}

// Writes of one group end each in its own way: those that fail, panic or are no
// longer wanted leave nothing behind, and take none of the others with them.
func TestGroupOfDifferentEnds(t *testing.T) {
	db := openGroup(t)
	defer db.Close()
	release := hold(t, db)
	gone, leave := context.WithCancel(t.Context())
	wrong := errors.New("wrong")
	var all sync.WaitGroup
	run := func(ctx context.Context, name string, want error, after func()) {
		all.Go(func() {
			defer func() {
				if got := recover(); got != nil && got != "panic" {
					t.Errorf("%s: panic %v", name, got)
				}
			}()
			err := db.transact(ctx, func(tx *transaction) error {
				if err := put(ctx, tx, name); err != nil {
					return err
				}
				after()
				return want
			})
			if !errors.Is(err, want) || name[0] == 'p' {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		})
	}
	for i := range 10 {
		run(t.Context(), fmt.Sprint("good", i), nil, func() {})
		run(t.Context(), fmt.Sprint("bad", i), wrong, func() {})
		run(t.Context(), fmt.Sprint("panics", i), nil, func() { panic("panic") })
		run(gone, fmt.Sprint("unwanted", i), context.Canceled, func() {})
	}
	await(t, db, 40)
	leave()
	release()
	all.Wait()
	var good, others int
	err := db.read.QueryRow("SELECT SUM(name LIKE 'good%'), SUM(name LIKE 'bad%' OR name LIKE 'panics%' OR name LIKE 'unwanted%') FROM settings").
		Scan(&good, &others)
	if err != nil || good != 10 || others != 0 {
		t.Errorf("%d good and %d others are there, %v", good, others, err)
	}
}

// A context that ends while its write is under way does not break the group.
func TestGroupOutlivesContext(t *testing.T) {
	db := openGroup(t)
	defer db.Close()
	ctx, cancel := context.WithCancel(t.Context())
	err := db.transact(ctx, func(tx *transaction) error {
		cancel()
		return put(ctx, tx, "written")
	})
	if err != nil {
		t.Error("what was written is said not to be:", err)
	}
}

// A group whose transaction breaks is written one by one.
func TestGroupBroken(t *testing.T) {
	db := openGroup(t)
	defer db.Close()
	release := hold(t, db)
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			err := db.transact(t.Context(), func(tx *transaction) error {
				if err := put(t.Context(), tx, fmt.Sprint("n", i)); err != nil || i != 3 {
					return err
				}
				_, err := tx.ExecContext(t.Context(), "ROLLBACK") // as SQLite does itself on a full disk
				return errors.Join(err, errors.New("disk full"))
			})
			if (err != nil) != (i == 3) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	await(t, db, 5)
	release()
	all.Wait()
	var n int
	if err := db.read.QueryRow("SELECT COUNT(*) FROM settings WHERE name LIKE 'n_'").Scan(&n); err != nil || n != 4 {
		t.Errorf("%d of 4 are there, %v", n, err)
	}
}

// A disk that is full is said to be, by what those look for who answer requests,
// and what finds room is written.
func TestDiskFull(t *testing.T) {
	db := openGroup(t)
	defer db.Close()
	var pages int
	if err := db.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		if _, err := db.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	release := hold(t, db)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			name := fmt.Sprint("n", i)
			if i == 5 {
				name += strings.Repeat("x", 1<<16) // needs pages of its own
			}
			err := db.transact(t.Context(), func(tx *transaction) error { return put(t.Context(), tx, name) })
			away, ok := err.(interface{ Unavailable() bool })
			if (i == 5) != (ok && away.Unavailable()) || i != 5 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	await(t, db, 10)
	release()
	all.Wait()
	limit(1 << 20)
	if err := db.transact(t.Context(), func(tx *transaction) error { return put(t.Context(), tx, strings.Repeat("x", 1<<16)) }); err != nil {
		t.Error("with room again:", err)
	}
}

func TestGroupClosed(t *testing.T) {
	db := openGroup(t)
	release := hold(t, db)
	written := make(chan error)
	go func() {
		_, err := db.write.ExecContext(context.Background(), "INSERT INTO settings (name, value) VALUES ('last', '')")
		written <- err
	}()
	await(t, db, 1)
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	release()
	if err := <-written; err != nil {
		t.Error("what waited is not written:", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := db.EndFamily(t.Context(), []byte("x")); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}

// BenchmarkWrite is 64 at once who write a row each:
//
//	go test ./internal/center/store -run '^$' -bench Write -cpu 2
func BenchmarkWrite(b *testing.B) {
	for _, together := range []bool{false, true} {
		b.Run(map[bool]string{false: "each", true: "together"}[together], func(b *testing.B) {
			db := openGroup(b)
			defer db.Close()
			if !together {
				db.write.group = nil
			}
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					client := oauth.Client{ID: rand.Text(), SecretHash: []byte("hash"), Name: "botocore-client-corp"}
					if err := db.PutClient(b.Context(), client); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}
