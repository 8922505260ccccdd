package picker

import (
	"slices"
	"strings"

	"latchkey/internal/termtext"
)

// completion is what Tab does: first it adds what all fitting suggestions have
// in common; when that is nothing, it lists them, and goes through them with
// every further Tab.
type completion struct {
	suggest []string
	fitting []string // being listed; empty: no list
	current int      // in fitting; -1: none taken yet
}

func newCompletion(suggest []string) completion {
	c := completion{current: -1}
	for _, s := range suggest {
		if s != "" && termtext.Safe(s) == s && !slices.Contains(c.suggest, s) {
			c.suggest = append(c.suggest, s)
		}
	}
	return c
}

func (c *completion) close() {
	c.fitting, c.current = nil, -1
}

// next returns what the line becomes.
func (c *completion) next(line string, backwards bool) string {
	if len(c.fitting) > 0 {
		return c.step(backwards)
	}
	var fitting []string
	for _, s := range c.suggest {
		if hasPrefixFold(s, line) {
			fitting = append(fitting, s)
		}
	}
	switch len(fitting) {
	case 0:
		return line
	case 1:
		return fitting[0]
	}
	if common := commonPrefix(fitting); len(common) > len(line) {
		return common
	}
	c.fitting = fitting
	return line
}

func (c *completion) step(backwards bool) string {
	n := len(c.fitting)
	switch {
	case !backwards:
		c.current = (c.current + 1) % n
	case c.current <= 0:
		c.current = n - 1
	default:
		c.current--
	}
	return c.fitting[c.current]
}

// rows lays the list out below the line, at most limit rows, the suggestion
// taken being marked as in a list to choose from.
func (c *completion) rows(width, limit int) []string {
	limit = min(limit, listRows)
	if len(c.fitting) == 0 || limit < 1 {
		return nil
	}
	first := window(max(c.current, 0), len(c.fitting), limit)
	var rows []string
	for i := first; i < len(c.fitting) && len(rows) < limit; i++ {
		rows = append(rows, row(c.fitting[i], i == c.current, width))
	}
	return rows
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func commonPrefix(all []string) string {
	common := all[0]
	for _, s := range all[1:] {
		for !strings.HasPrefix(s, common) {
			common = common[:lastCluster(common)]
		}
	}
	return common
}
