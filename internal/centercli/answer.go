package centercli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A view is something of the directory as it is answered: itself as JSON, whose
// keys stay, rows for people.
type view interface {
	rows() [][2]string // names and values
}

// show answers with one thing.
func show(e *env, asJSON bool, v view) error {
	if asJSON {
		return printJSON(e.out, v)
	}
	var t table
	for _, r := range v.rows() {
		t.add(r[0], r[1])
	}
	if !t.fits(screenWidth(e.out)) {
		return t.printPairs(e.out)
	}
	return t.print(e.out)
}

// done answers with the thing that was changed, or in a sentence.
func done(e *env, asJSON bool, v view, format string, args ...any) error {
	if asJSON {
		return printJSON(e.out, v)
	}
	_, err := fmt.Fprintln(e.out, visible(fmt.Sprintf(format, args...)))
	return err
}

func printJSON(out io.Writer, v any) error {
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, printable(strings.TrimSuffix(line.String(), "\n")))
	return err
}

// pageSize is how many things of a list are read at once.
const pageSize = 500

// pages are the things of all pages; the first is the one after start. An error
// is the last thing.
func pages[T, K any](ctx context.Context, start K, page func(ctx context.Context, after K, limit int) ([]T, error), key func(T) K) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for after := start; ; {
			things, err := page(ctx, after, pageSize)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, thing := range things {
				if !yield(thing, nil) {
					return
				}
				after = key(thing)
			}
			if len(things) < pageSize {
				return
			}
		}
	}
}

// list answers with many things: a table under head, or a JSON object a line.
func list[T any](e *env, asJSON bool, head []string, things iter.Seq2[T, error], viewed func(T) any, row func(T) []string) error {
	out := bufio.NewWriter(e.out)
	var t table
	t.add(head...)
	for thing, err := range things {
		switch {
		case err != nil:
			return err
		case !asJSON:
			t.add(row(thing)...)
		default:
			if err := printJSON(out, viewed(thing)); err != nil {
				return err
			}
		}
	}
	var err error
	switch {
	case asJSON:
	case t.fits(screenWidth(e.out)):
		err = t.print(out)
	default:
		err = t.printRecords(out)
	}
	return cmp.Or(err, out.Flush())
}

// table is text in columns.
type table struct {
	lines  [][]string
	widths []int
}

func (t *table) add(cells ...string) {
	line := make([]string, len(cells))
	for i, cell := range cells {
		line[i] = visible(cell)
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], displaywidth.String(line[i]))
	}
	t.lines = append(t.lines, line)
}

// gap is between columns.
const gap = 2

// fits reports whether no line is cut in two on a screen of that many columns; 0
// is no screen.
func (t *table) fits(columns int) bool {
	wide := -gap
	for _, width := range t.widths {
		wide += width + gap
	}
	return columns == 0 || wide <= columns
}

func (t *table) print(out io.Writer) error {
	for _, line := range t.lines {
		var b strings.Builder
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", t.widths[i]-displaywidth.String(cell)+gap))
			}
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// printPairs is print for a narrow screen, of a table of names and values.
func (t *table) printPairs(out io.Writer) error {
	for _, line := range t.lines {
		if _, err := fmt.Fprintf(out, "%s: %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// printRecords is print for a narrow screen, of a table with a head: a line for
// each cell that is not empty, and an empty one between records.
func (t *table) printRecords(out io.Writer) error {
	head := t.lines[0]
	for n, line := range t.lines[1:] {
		pairs := table{}
		for i, cell := range line {
			if cell != "" {
				pairs.lines = append(pairs.lines, []string{strings.ToLower(head[i]), cell})
			}
		}
		if n > 0 {
			fmt.Fprintln(out)
		}
		if err := pairs.printPairs(out); err != nil {
			return err
		}
	}
	return nil
}

// hang breaks a line between words for a screen of that many columns, 0 for none,
// and moves what follows to the right of where the next line begins.
func hang(line string, columns int) string {
	const indent = "    "
	var done []string
	now := ""
	for word := range strings.SplitAfterSeq(line, " ") {
		more := now + word
		if columns > 0 && strings.TrimSpace(now) != "" && displaywidth.String(strings.TrimRight(more, " ")) > columns {
			done, more = append(done, strings.TrimRight(now, " ")), indent+word
		}
		now = more
	}
	return strings.Join(append(done, now), "\n")
}
