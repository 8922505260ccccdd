package audit

import (
	"context"
	"iter"
	"slices"
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

// newest looks at the end of the chain, and further back until it has enough.
func newest(ctx context.Context, s Source, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		head, err := s.AuditHead(ctx)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for window := int64(max(f.Limit, page)); ; window *= 8 {
			after := max(head.Seq-window, 0)
			found, err := last(ctx, s, f, after)
			if err == nil && len(found) < f.Limit && after > 0 {
				continue
			}
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(Record{}, err)
			}
			return
		}
	}
}

// last returns the newest that f chooses above after, keeping no more than those.
func last(ctx context.Context, s Source, f Filter, after int64) ([]Record, error) {
	var found []Record
	for r, err := range Records(ctx, s, after) {
		switch {
		case err != nil:
			return nil, err
		case f.matches(r):
			found = append(found, r)
		}
		if len(found) >= 2*f.Limit {
			found = slices.Clone(found[len(found)-f.Limit:])
		}
	}
	return found[max(len(found)-f.Limit, 0):], nil
}
