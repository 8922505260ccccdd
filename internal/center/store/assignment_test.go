//go:build unix

package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
	"latchkey/internal/center/storetest/pgtest"
)

// Ten thousand accounts through 200 groups: each is on one page, and the last
// page costs what the first does. So does the page of somebody who is in 200
// groups that have nothing.
func TestManyAccounts(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand accounts")
	}
	t.Run("SQLite", func(t *testing.T) { testManyAccounts(t, "sqlite:"+filepath.Join(t.TempDir(), "center.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { testManyAccounts(t, pgtest.Start(t).URL()) })
}

func testManyAccounts(t *testing.T, url string) {
	db := open(t, url)
	defer db.Close()
	if err := db.Apply(t.Context(), manyAccounts()); err != nil {
		t.Fatal(err)
	}
	seen, last := 0, int64(0)
	for after := int64(0); ; {
		list, err := db.Accounts(t.Context(), "u-many", after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		seen, last, after = seen+len(list), after, list[len(list)-1].Position
	}
	if seen != 10000 {
		t.Errorf("%d accounts on all pages, want 10000", seen)
	}
	first, end, sparse := pageTime(t, db, "u-many", 0), pageTime(t, db, "u-many", last), pageTime(t, db, "u-sparse", 0)
	t.Logf("first page %v, last page %v, a person with one account in ten thousand %v", first, end, sparse)
	if end > 3*first+5*time.Millisecond {
		t.Errorf("the last page takes %v, the first %v", end, first)
	}
	if sparse > 50*first+50*time.Millisecond {
		t.Errorf("one account among 10,000 takes %v, a page %v", sparse, first)
	}
}

// pageTime is the median of 21.
func pageTime(t *testing.T, db *store.DB, userID string, after int64) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 21 {
		began := time.Now()
		if _, err := db.Accounts(t.Context(), userID, after, 101); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[10]
}

// manyAccounts has 10,000 accounts in 200 groups of u-many, the last of them
// also of u-sparse, who is in 200 groups more.
func manyAccounts() directory.Change {
	c := directory.Change{
		Users:          []directory.User{{ID: "u-many", Name: "many"}, {ID: "u-sparse", Name: "sparse"}},
		PermissionSets: []directory.PermissionSet{{ID: "p", Name: "ReadOnly", SessionDuration: time.Hour, Position: 1}},
	}
	for i := range 400 {
		g := directory.Group{ID: fmt.Sprint("g-", i), Name: fmt.Sprint("group ", i), Members: []string{"u-many"}}
		if i >= 200 {
			g.Members = []string{"u-sparse"}
		}
		c.Groups = append(c.Groups, g)
	}
	for i := range 10000 {
		id := fmt.Sprintf("%012d", 100000000000+i)
		c.Accounts = append(c.Accounts, directory.Account{ID: id, Name: "account", Position: int64(i + 1)})
		c.Assignments = append(c.Assignments, directory.Assignment{PrincipalID: fmt.Sprint("g-", i%200), AccountID: id, PermissionSetID: "p"})
	}
	c.Assignments = append(c.Assignments, directory.Assignment{PrincipalID: "u-sparse", AccountID: "100000009999", PermissionSetID: "p"})
	return c
}
