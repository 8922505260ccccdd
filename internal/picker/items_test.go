package picker_test

import (
	"errors"
	"fmt"

	"latchkey/internal/picker"
)

var errRefused = errors.New("not a region")

func roles(names ...string) []picker.Item {
	var items []picker.Item
	for _, n := range names {
		items = append(items, picker.Item{Label: n, Answers: []string{n}})
	}
	return items
}

func accounts(n int) []picker.Item {
	items := make([]picker.Item, n)
	for i := range items {
		id := fmt.Sprintf("%012d", 123456789011+i*7)
		items[i] = picker.Item{
			Label:   fmt.Sprintf("Account%02d, account-%02d@example.com (%s)", i, i, id),
			Answers: []string{id},
		}
	}
	return items
}
