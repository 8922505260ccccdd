package audit

import (
	"context"
	"iter"
	"strings"
	"time"
)

// Filter chooses records; what is "" or zero chooses all.
type Filter struct {
	User   string // a name, in any case, or an id
	Action string
	Since  time.Time
	Limit  int // the newest so many
}

func (f Filter) matches(r Record) bool {
	return (f.User == "" || strings.EqualFold(f.User, r.User) || f.User == r.UserID) &&
		(f.Action == "" || f.Action == r.Action) && !r.At.Before(f.Since)
}

// List returns the records of s that f chooses, oldest first. Without a limit
// none is kept in memory. An error is the last thing.
func List(ctx context.Context, s Source, f Filter) iter.Seq2[Record, error] {
	if f.Limit > 0 {
		return newest(ctx, s, f)
	}
	return func(yield func(Record, error) bool) {
		for r, err := range Records(ctx, s, 0) {
			if (err != nil || f.matches(r)) && !yield(r, err) {
				return
			}
		}
	}
}

// newest keeps the last that matched in a ring.
func newest(ctx context.Context, s Source, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var ring []Record
		matched := 0
		for r, err := range Records(ctx, s, 0) {
			switch {
			case err != nil:
				yield(r, err)
				return
			case !f.matches(r):
				continue
			case len(ring) < f.Limit:
				ring = append(ring, r)
			default:
				ring[matched%f.Limit] = r
			}
			matched++
		}
		for i := range ring {
			if !yield(ring[(matched+i)%len(ring)], nil) {
				return
			}
		}
	}
}
