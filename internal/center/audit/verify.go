package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// BadError is a chain that is not what was recorded.
type BadError struct {
	Seq  int64  // the first place that is wrong
	What string // how
}

func (e *BadError) Error() string {
	return fmt.Sprintf("audit record %d: %s", e.Seq, e.What)
}

// Verify walks the chain and returns its head, or a *BadError. Records may be
// added meanwhile. known is a head that was kept elsewhere, with a Seq of 0 if
// there is none: the chain must have had it.
func Verify(ctx context.Context, s Source, known Head) (Head, error) {
	v := verifier{s, Head{Hash: Begin()}, known}
	for {
		before := v.at.Seq
		for r, err := range Records(ctx, s, v.at.Seq) {
			if err == nil {
				err = v.follow(ctx, r)
			}
			if err != nil {
				return v.at, err
			}
		}
		switch head, err := s.AuditHead(ctx); {
		case errors.Is(err, ErrNoHead):
			return v.at, &BadError{v.at.Seq + 1, "the head, which says whether this is all, is missing"}
		case err != nil:
			return v.at, err
		case head.Seq <= v.at.Seq || v.at.Seq == before: // else there may be more by now
			return v.at, v.end(head)
		}
	}
}

type verifier struct {
	source Source
	at     Head // as far as all is well
	known  Head
}

// follow takes the next record.
func (v *verifier) follow(ctx context.Context, r Record) error {
	next := v.at.Seq + 1
	if r.Seq != next {
		return missing(next, r.Seq-1)
	}
	if !bytes.Equal(v.source.AuditChain().hash(v.at.Hash, r.Entry), r.Hash) {
		return v.wrong(ctx, r)
	}
	if next == v.known.Seq && !bytes.Equal(v.known.Hash, r.Hash) {
		return &BadError{next, "not the one of the given hash: the chain has been written anew"}
	}
	v.at = Head{next, r.Hash}
	return nil
}

func missing(first, last int64) error {
	if first == last {
		return &BadError{first, "missing"}
	}
	return &BadError{first, fmt.Sprintf("missing, and all up to %d", last)}
}

// wrong says whether r, which does not belong where it is, belongs elsewhere.
func (v *verifier) wrong(ctx context.Context, r Record) error {
	before, chain := Head{Hash: Begin()}, v.source.AuditChain()
	for other, err := range Records(ctx, v.source, 0) {
		if err != nil {
			return err
		}
		if bytes.Equal(chain.hash(before.Hash, r.Entry), r.Hash) {
			break
		}
		before = Head{other.Seq, other.Hash}
	}
	if bytes.Equal(chain.hash(before.Hash, r.Entry), r.Hash) {
		return &BadError{r.Seq, "reordered: this is what was recorded elsewhere"}
	}
	return &BadError{r.Seq, "changed, or not of this chain"}
}

// end compares the last record with the head.
func (v *verifier) end(head Head) error {
	next := v.at.Seq + 1
	switch {
	case head.Seq > v.at.Seq:
		return &BadError{next, fmt.Sprintf("truncated: the chain went on up to %d", head.Seq)}
	case v.known.Seq > v.at.Seq:
		return &BadError{next, fmt.Sprintf("truncated: the chain had record %d, of the given hash", v.known.Seq)}
	case head.Seq < v.at.Seq:
		return &BadError{head.Seq + 1, "the head says that the chain ends before"}
	case !bytes.Equal(head.Hash, v.at.Hash):
		return &BadError{v.at.Seq, "the head has another hash"}
	}
	return nil
}
