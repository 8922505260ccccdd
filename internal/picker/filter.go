package picker

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
)

// matcher finds labels by what was typed: those which contain every word of it,
// in their own order; when there are none, those which contain the letters of
// every word in their order, the best first.
type matcher struct {
	labels []string
	lower  []string
	chars  []util.Chars // of labels; made when first needed
	slab   *util.Slab
}

// fzf keeps its tables in package variables and asks for this call.
var initAlgo = sync.OnceFunc(func() { algo.Init("default") })

func newMatcher(labels []string) *matcher {
	m := &matcher{labels: labels, lower: make([]string, len(labels))}
	for i, label := range labels {
		m.lower[i] = strings.ToLower(label)
	}
	return m
}

func (m *matcher) match(filter string) []int {
	words := strings.Fields(strings.ToLower(filter))
	matches := m.containing(words)
	if len(matches) == 0 {
		return m.similar(words)
	}
	return matches
}

func (m *matcher) containing(words []string) []int {
	matches := make([]int, 0, len(m.lower))
	for i, label := range m.lower {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(label, w) }) {
			matches = append(matches, i)
		}
	}
	return matches
}

func (m *matcher) similar(words []string) []int {
	m.prepare()
	type hit struct{ index, score int }
	var hits []hit
	for i := range m.labels {
		if score, ok := m.score(i, words); ok {
			hits = append(hits, hit{i, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	matches := make([]int, len(hits))
	for i, h := range hits {
		matches[i] = h.index
	}
	return matches
}

// score sums what fzf gives for each word. Digits have to stand together: an
// account whose ID merely resembles the one typed is another account.
func (m *matcher) score(i int, words []string) (int, bool) {
	total := 0
	for _, w := range words {
		if strings.Trim(w, "0123456789") == "" && !strings.Contains(m.lower[i], w) {
			return 0, false
		}
		r, _ := algo.FuzzyMatchV1(false, true, true, &m.chars[i], []rune(w), false, m.slab)
		if r.Start < 0 {
			return 0, false
		}
		total += r.Score
	}
	return total, true
}

func (m *matcher) prepare() {
	if m.chars != nil {
		return
	}
	initAlgo()
	m.slab = util.MakeSlab(100*1024, 2048) // fzf's own sizes
	m.chars = make([]util.Chars, len(m.labels))
	for i, label := range m.labels {
		m.chars[i] = util.ToChars([]byte(label))
	}
}
