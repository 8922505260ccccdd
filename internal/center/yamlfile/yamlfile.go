// Package yamlfile reads a YAML file up to its one tree, with errors that name
// file, line and column. What the keys mean is for others.
package yamlfile

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Root returns what data is, nil for an empty file; name stands for it in errors.
func Root(name string, data []byte) (root ast.Node, err error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, Positioned(name, err)
	}
	for _, doc := range file.Docs {
		if root != nil && doc.Start != nil {
			at := doc.Start.Position
			return nil, fmt.Errorf("%s:%d:%d: a second document; want one", name, at.Line, at.Column)
		}
		root = doc.Body
	}
	return root, nil
}

// Positioned returns an error of the YAML library with the place that it knows.
func Positioned(name string, err error) error {
	positioned, ok := errors.AsType[yaml.Error](err)
	if !ok || positioned.GetToken() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := positioned.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, positioned.GetMessage())
}
