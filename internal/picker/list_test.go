package picker

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	m := newMatcher([]string{
		"DeveloperAccount, dev-admin@example.com (123456789011)",
		"ProductionAccount, prod-admin@example.com (123456789022)",
		"Sandbox Prod, sandbox@example.com (200000000001)",
		"Zürich, zh@example.com (200000000002)",
	})
	for _, c := range []struct {
		filter string
		want   []int
	}{
		{"", []int{0, 1, 2, 3}},
		{" ", []int{0, 1, 2, 3}},
		{"PROD", []int{1, 2}},
		{"example prod", []int{1, 2}},
		{"prod admin", []int{1}},
		{"123456789022", []int{1}},
		{"123456789033", []int{}},
		{"20000", []int{2, 3}},
		{"ZÜRICH", []int{3}},
		{"zurich", []int{3}},
		{"prdacc", []int{1}},
		{"prdacc 123456789011", []int{}},
		{"qqq", []int{}},
	} {
		if diff := cmp.Diff(c.want, m.match(c.filter)); diff != "" {
			t.Errorf("filter %q (-want +got):\n%s", c.filter, diff)
		}
	}
}

func manyItems(n int) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i].Label = fmt.Sprintf("workload-%04d-production, aws+workload-%04d@example.com (%012d)", i, i, 100000000000+i*7919)
	}
	return items
}

const organisation = 5000 // accounts

func BenchmarkListBuild(b *testing.B) {
	items := manyItems(organisation)
	for b.Loop() {
		newList(items, false).view()
	}
}

func BenchmarkListArrow(b *testing.B) {
	l := newList(manyItems(organisation), false)
	for b.Loop() {
		l.press(key{name: keyDown})
		l.view()
	}
}

// BenchmarkListFilter is one key typed: half of them find words, half have to
// be compared letter by letter.
func BenchmarkListFilter(b *testing.B) {
	for _, filter := range []string{"p", "prod 4999", "wkldprd49", "qzx"} {
		b.Run(filter, func(b *testing.B) {
			l := newList(manyItems(organisation), false)
			for b.Loop() {
				l.narrow(filter)
				l.view()
				l.filter = ""
			}
		})
	}
}
