package awsconfig

import (
	"errors"
	"fmt"
)

// compare reports where after is not what before with the edit made should be:
// every other section the same, and of the edited one every other key.
func compare(before, after *document, e Edit) error {
	edited := after.index(e.Kind, e.Name)
	if edited < 0 {
		if len(e.Set) > 0 {
			return errors.New("the section is not found")
		}
		return sameEntries(before.defaults, after.defaults)
	}
	want := before.sections
	if before.index(e.Kind, e.Name) < 0 {
		want = append(want[:len(want):len(want)], section{name: e.header()})
	}
	if len(after.sections) != len(want) {
		return errors.New("the sections are others")
	}
	for i := range want {
		var entries []entry
		if i < len(before.sections) {
			entries = before.entries(&want[i])
		}
		if i == edited {
			entries = e.meant(entries)
		}
		if after.sections[i].name != want[i].name {
			return fmt.Errorf("[%s] has another name", want[i].name)
		}
		if err := sameEntries(entries, after.entries(&after.sections[i])); err != nil {
			return fmt.Errorf("in [%s], %w", want[i].name, err)
		}
	}
	return sameEntries(before.defaults, after.defaults)
}

// meant returns the entries that the edit makes of old.
func (e Edit) meant(old []entry) []entry {
	var entries []entry
	for _, o := range old {
		if !containsKey(e.Delete, o.key) {
			entries = append(entries, o)
		}
	}
	for _, kv := range e.Set {
		key := lower(kv.Key)
		if o := find(entries, key); o != nil {
			o.value = kv.meant(o.value)
		} else {
			entries = append(entries, entry{key: key, value: kv.meant("")})
		}
	}
	return entries
}

// meant returns the value that kv makes of old: of a key that is in a block twice
// the last one counts.
func (kv KeyValue) meant(old string) string {
	if len(kv.Nested) == 0 {
		return kv.Value
	}
	text := "\n"
	if isNested(old) {
		text = old + "\n"
	}
	for _, sub := range kv.Nested {
		text += sub.line("\n")
	}
	return text
}

func containsKey(keys []string, key string) bool {
	for _, k := range keys {
		if lower(k) == key {
			return true
		}
	}
	return false
}

// sameEntries compares keys, their order and values.
func sameEntries(want, got []entry) error {
	if len(want) != len(got) {
		return fmt.Errorf("there are %d keys instead of %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].key != w.key || !sameValue(got[i].value, w.value) {
			return fmt.Errorf("the key %s differs", w.key)
		}
	}
	return nil
}
