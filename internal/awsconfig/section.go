package awsconfig

import (
	"fmt"
	"strings"
)

// Kind is a kind of section, told by its header.
type Kind int

const (
	KindProfile     Kind = iota // [profile NAME], and [default]
	KindSSOSession              // [sso-session NAME]
	KindServices                // [services NAME]
	KindCredentials             // [NAME], a profile in the credentials file
)

// word returns what the headers of kind k begin with.
func (k Kind) word() string {
	return [...]string{"profile", "sso-session", "services", ""}[k]
}

// nameOf returns the name that a section called header has among those of kind
// k. botocore looks at the beginning of the header and then at the number of its
// words: [profiles x] is a profile, [profile x y] is not.
func (k Kind) nameOf(header string) (name string, ok bool) {
	switch {
	case k == KindCredentials:
		return header, true
	case k == KindProfile && header == "default":
		return header, true
	case strings.HasPrefix(header, k.word()):
		return secondWord(header)
	}
	return "", false
}

// A sectionID is what a section is to the reader.
type sectionID struct {
	kind Kind
	name string
}

// Section is the keys and values of one section, what it inherits from
// [DEFAULT] included. Keys are in lower case.
type Section struct {
	path     string
	line     int
	own      []entry
	overPath string
	over     []entry // of the credentials file: they win
}

// entry returns the key's entry and the file that it is in.
func (s Section) entry(key string) (e *entry, path string) {
	if e := find(s.over, key); e != nil {
		return e, s.overPath
	}
	return find(s.own, key), s.path
}

// Get returns the value of key. A nested block is no value.
func (s Section) Get(key string) (value string, ok bool) {
	e, _ := s.entry(key)
	if e == nil || isNested(e.value) {
		return "", false
	}
	return e.value, true
}

// Nested returns the value of sub in the block under key.
func (s Section) Nested(key, sub string) (value string, ok bool) {
	for _, p := range s.block(key) {
		if p.key == sub {
			return p.value, true
		}
	}
	return "", false
}

// NestedKeys lists the keys in the block under key. It is nil when there is no
// such key or when it has a plain value.
func (s Section) NestedKeys(key string) []string {
	var keys []string
	for _, p := range s.block(key) {
		keys = append(keys, p.key)
	}
	return keys
}

func (s Section) block(key string) []pair {
	e, _ := s.entry(key)
	if e == nil || !isNested(e.value) {
		return nil
	}
	pairs, _ := nested(e.value)
	return pairs
}

// Keys lists the keys in the file's order, those of the credentials file last.
func (s Section) Keys() []string {
	var keys []string
	for _, e := range union(s.own, s.over) {
		keys = append(keys, e.key)
	}
	return keys
}

// Where returns PATH:LINE of the key, or of the section's header if the key is
// not there.
func (s Section) Where(key string) string {
	if e, path := s.entry(key); e != nil {
		return fmt.Sprintf("%s:%d", path, e.line)
	}
	return fmt.Sprintf("%s:%d", s.path, s.line)
}
