package awsconfig

import (
	"hash/maphash"
	"math/bits"
)

// A headerSet finds a section by its whole header. It is an open hash table of
// places in the list of sections, a quarter of a map in size and time: with
// thousands of profiles that is what a command waits for.
type headerSet struct {
	seed  maphash.Seed
	slots []int32 // place + 1, 0 for none; a power of two, at most half full
}

// add returns the section called name if there is one. Else it notes that the
// next of sections will be called so.
func (h *headerSet) add(sections []section, name string) *section {
	if 2*len(sections) >= len(h.slots) {
		h.init(4 * len(sections))
		for i := range sections {
			*h.slot(sections, sections[i].name) = int32(i + 1)
		}
	}
	slot := h.slot(sections, name)
	if i := *slot; i != 0 {
		return &sections[i-1]
	}
	*slot = int32(len(sections) + 1)
	return nil
}

// slot returns the slot of name, or the free one that it would get.
func (h *headerSet) slot(sections []section, name string) *int32 {
	mask := uint64(len(h.slots) - 1)
	for at := maphash.String(h.seed, name); ; at++ {
		slot := &h.slots[at&mask]
		if *slot == 0 || sections[*slot-1].name == name {
			return slot
		}
	}
}

// init empties h and makes room for n sections.
func (h *headerSet) init(n int) {
	h.seed = maphash.MakeSeed()
	h.slots = make([]int32, 1<<bits.Len(uint(2*n+2)))
}
