package audit

import (
	"encoding/binary"
	"errors"
	"strconv"

	"latchkey/internal/center/secret"
)

// Head is the end of a chain: the last record's place and hash. The one of an
// empty chain has Seq 0 and Begin.
type Head struct {
	Seq  int64
	Hash []byte
}

// ErrNoHead is a database whose chain has no head, which it is made with.
var ErrNoHead = errors.New("the audit chain has no head")

// Begin is what the first record follows.
func Begin() []byte {
	return make([]byte, 32)
}

// Chain links entries. Its Key is for this purpose alone.
type Chain struct {
	Key secret.Key
}

// Link returns the records that entries become after head, and the new head.
func (c Chain) Link(head Head, entries []Entry) ([]Record, Head) {
	records := make([]Record, len(entries))
	for i, e := range entries {
		head = Head{head.Seq + 1, c.hash(head.Hash, e)}
		records[i] = Record{Seq: head.Seq, Hash: head.Hash, Entry: e}
	}
	return records, head
}

// hash is an HMAC over the hash before and each value with its length, so that
// no two entries give the same bytes. The place is not among them: it follows
// from the chain.
func (c Chain) hash(before []byte, e Entry) []byte {
	var b []byte
	for _, value := range []string{
		string(before), strconv.FormatInt(e.At.UnixMilli(), 10), e.RequestID,
		e.Action, e.Outcome, e.UserID, e.User, e.Client, e.Address, e.Details,
	} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(value)))
		b = append(b, value...)
	}
	return c.Key.MAC(string(b))
}
