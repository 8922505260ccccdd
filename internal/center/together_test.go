package center_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/center"
	"latchkey/internal/center/storetest/pgtest"
)

// Replicas may begin with the same file at the same time: it is imported once,
// and none of them fails.
func TestImportTogether(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { importTogether(t, "sqlite:"+filepath.Join(t.TempDir(), "c.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { importTogether(t, pgtest.Start(t).URL()) })
}

func importTogether(t *testing.T, database string) {
	t.Helper()
	var file strings.Builder
	file.WriteString("users:\n")
	for i := range 50 {
		fmt.Fprintf(&file, "  - name: user%d\n", i)
	}
	file.WriteString("accounts: [{id: '123456789011', name: a}, {id: '123456789022', name: b}]\npermission_sets: [{name: p}]\n")
	const replicas = 4
	var changed [replicas]int
	var all sync.WaitGroup
	for i := range replicas {
		c, err := center.New(t.Context(), center.Config{Database: database, Operator: "root"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		all.Go(func() {
			summary, err := c.Import(t.Context(), strings.NewReader(file.String()), "f")
			if err != nil {
				t.Error(err)
			}
			changed[i] = summary.Changed()
		})
	}
	all.Wait()
	sum := 0
	for _, n := range changed {
		sum += n
	}
	if sum != 53 {
		t.Errorf("changed: %v, want 53 by one of them", changed)
	}
}
