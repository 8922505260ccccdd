package importfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// reader walks the tree and collects every mistake in it.
type reader struct {
	name     string
	mistakes []error
	seen     map[string]token.Position // kind and name of what was defined, by unique
}

// A field reads the value of a key; key is its path, "users[0].name".
type field func(n ast.Node, key string)

type fields map[string]field

// where says "center.yaml:12:5: users[0].name".
func (r *reader) where(n ast.Node, key string) string {
	at := n.GetToken().Position
	if key == "" {
		return fmt.Sprintf("%s:%d:%d", r.name, at.Line, at.Column)
	}
	return fmt.Sprintf("%s:%d:%d: %s", r.name, at.Line, at.Column, key)
}

func (r *reader) mistake(n ast.Node, key, format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s: %s", r.where(n, key), fmt.Sprintf(format, args...)))
}

// mapping reads each key of n by its field, and reports whether n is a mapping.
func (r *reader) mapping(n ast.Node, path string, known fields) bool {
	if n == nil {
		return false // an empty file
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.mistake(n, path, "want keys and values, such as %s: …", slices.Sorted(maps.Keys(known))[0])
		return false
	}
	for _, value := range m.Values {
		name := value.Key.GetToken().Value
		read, ok := known[name]
		if !ok || value.Key.Type() != ast.StringType {
			r.mistake(value.Key, join(path, name), "unknown key; the keys here are %s",
				strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		read(value.Value, join(path, name))
	}
	return true
}

// list reads each item of a list by one.
func (r *reader) list(one field) field {
	return func(n ast.Node, key string) {
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			r.mistake(n, key, "want a list")
			return
		}
		for i, item := range s.Values {
			one(item, fmt.Sprintf("%s[%d]", key, i))
		}
	}
}

// text reads a string, which a number also is: it means what is written. It is
// "" after a mistake.
func (r *reader) text(n ast.Node, key string) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value
	case *ast.NullNode:
		r.mistake(n, key, "has no value")
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.mistake(n, key, "anchors, aliases and tags are not read here")
	default:
		r.mistake(n, key, "want text; put it in quotes")
	}
	return ""
}

// checked returns a field that puts a text for which valid has no complaint
// into target.
func (r *reader) checked(target *string, valid func(string) error) field {
	return func(n ast.Node, key string) {
		before := len(r.mistakes)
		value := r.text(n, key)
		if len(r.mistakes) > before {
			return
		}
		if err := valid(value); err != nil {
			r.mistake(n, key, "%q %v", clip(value), err)
			return
		}
		*target = value
	}
}

// given is checked for a value that may be missing.
func (r *reader) given(target **string, valid func(string) error) field {
	return func(n ast.Node, key string) {
		var value string
		r.checked(&value, valid)(n, key)
		*target = &value
	}
}

func (r *reader) flag(target **bool) field {
	return func(n ast.Node, key string) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.mistake(n, key, "want true or false")
			return
		}
		*target = &b.Value
	}
}

// complain reports what is wrong with the value of a key, if anything.
func (r *reader) complain(n ast.Node, key string, err error) {
	if err != nil {
		r.mistake(n, key, "%v", err)
	}
}

func (r *reader) duration(n ast.Node, key string, least, most time.Duration) time.Duration {
	before := len(r.mistakes)
	value := r.text(n, key)
	if len(r.mistakes) > before {
		return 0
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		r.mistake(n, key, "%q is no duration; write 90m or 8h", clip(value))
		return 0
	}
	if d%time.Second != 0 {
		r.mistake(n, key, "%s is not of whole seconds", value)
		return 0
	}
	if d < least || d > most {
		r.mistake(n, key, "%s is not from %s to %s", value, Duration(least), Duration(most))
		return 0
	}
	return d
}

// require complains of the keys that have no value; pairs are key and value.
func (r *reader) require(n ast.Node, path string, before int, pairs ...string) {
	if len(r.mistakes) > before {
		return // it may be missing because it was wrong
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			r.mistake(n, path, "%s is missing", pairs[i])
		}
	}
}

// unique complains of a thing that the file defines twice.
func (r *reader) unique(n ast.Node, path, kind, name string) {
	if name == "" {
		return
	}
	if r.seen == nil {
		r.seen = make(map[string]token.Position)
	}
	if first, ok := r.seen[kind+" "+name]; ok {
		r.mistake(n, path, "%s %q is defined already, at line %d", kind, name, first.Line)
		return
	}
	r.seen[kind+" "+name] = *n.GetToken().Position
}

func join(path, name string) string {
	if path == "" {
		return clip(name)
	}
	return path + "." + clip(name)
}

// clip keeps an error to its line.
func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "…"
}
