package configfile

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// checkKeys complains of each key in root that target, a struct, has no field for.
func checkKeys(name string, root ast.Node, target any) error {
	c := checker{name: name}
	c.value(root, reflect.TypeOf(target).Elem(), "")
	return errors.Join(c.mistakes...)
}

type checker struct {
	name     string
	mistakes []error
}

// place is "center.yaml:12:5".
func place(name string, n ast.Node) string {
	if n == nil {
		return name
	}
	at := n.GetToken().Position
	return fmt.Sprintf("%s:%d:%d", name, at.Line, at.Column)
}

func (c *checker) mistake(n ast.Node, key, format string, args ...any) {
	where := place(c.name, n)
	if key != "" {
		where += ": " + key
	}
	c.mistakes = append(c.mistakes, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

// value checks the value of a key against the type that it goes into.
func (c *checker) value(n ast.Node, t reflect.Type, key string) {
	switch n.(type) {
	case *ast.NullNode:
		c.mistake(n, key, "has no value")
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		c.mistake(n, key, "anchors, aliases and tags are not read here")
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		c.mapping(n, t, key)
	case reflect.Slice:
		c.list(n, t.Elem(), key)
	case reflect.Map:
		c.anyKeys(n, t.Elem(), key)
	default:
		c.scalar(n, t, key)
	}
}

func (c *checker) scalar(n ast.Node, t reflect.Type, key string) {
	if _, ok := n.(ast.ScalarNode); !ok {
		c.mistake(n, key, "want one value")
		return
	}
	text := n.GetToken().Value
	if _, err := time.ParseDuration(text); err != nil && t == reflect.TypeFor[time.Duration]() {
		c.mistake(n, key, "no duration; write 5s or 1m")
	}
}

func (c *checker) mapping(n ast.Node, t reflect.Type, path string) {
	known := fields(t)
	names := slices.Sorted(maps.Keys(known))
	m, ok := n.(*ast.MappingNode)
	if !ok {
		c.mistake(n, path, "want keys and values, such as %s: …", names[0])
		return
	}
	for _, pair := range m.Values {
		name := pair.Key.GetToken().Value
		field, ok := known[name]
		if !ok || pair.Key.Type() != ast.StringType {
			c.mistake(pair.Key, join(path, name), "unknown key; the keys here are %s", strings.Join(names, ", "))
			continue
		}
		c.value(pair.Value, field, join(path, name))
	}
}

func (c *checker) list(n ast.Node, item reflect.Type, key string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		c.mistake(n, key, "want a list")
		return
	}
	for i, value := range s.Values {
		c.value(value, item, fmt.Sprintf("%s[%d]", key, i))
	}
}

func (c *checker) anyKeys(n ast.Node, value reflect.Type, key string) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		c.mistake(n, key, "want keys and values")
		return
	}
	for _, pair := range m.Values {
		c.value(pair.Value, value, join(key, pair.Key.GetToken().Value))
	}
}

// fields are the keys of a struct, by its yaml tags.
func fields(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for f := range t.Fields() {
		if key := f.Tag.Get("yaml"); key != "" {
			known[key] = f.Type
		}
	}
	return known
}

// valueOf returns the value of a key of a mapping, or n.
func valueOf(n ast.Node, key string) ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return n
	}
	for _, pair := range m.Values {
		if pair.Key.GetToken().Value == key {
			return pair.Value
		}
	}
	return n
}

func join(path, name string) string {
	const most = 80 // an error stays a line
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
