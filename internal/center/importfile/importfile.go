// Package importfile reads the YAML that a directory is imported from. It is
// strict: a key that it does not know, a value that cannot be, anything said
// twice is an error that names file, line, column and key.
package importfile

import (
	"errors"

	"github.com/goccy/go-yaml/ast"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/yamlfile"
)

// Parse reads data; name stands for it in errors. The error joins one error a
// mistake, in the file's order.
func Parse(name string, data []byte) (directory.File, error) {
	root, err := yamlfile.Root(name, data)
	if err != nil {
		return directory.File{}, err
	}
	r := reader{name: name}
	var f directory.File
	r.mapping(root, "", fields{
		"users":           r.list(func(n ast.Node, key string) { f.Users = append(f.Users, r.user(n, key)) }),
		"groups":          r.list(func(n ast.Node, key string) { f.Groups = append(f.Groups, r.group(n, key)) }),
		"accounts":        r.list(func(n ast.Node, key string) { f.Accounts = append(f.Accounts, r.account(n, key)) }),
		"permission_sets": r.list(func(n ast.Node, key string) { f.PermissionSets = append(f.PermissionSets, r.permissionSet(n, key)) }),
		"assignments":     r.list(func(n ast.Node, key string) { f.Assignments = append(f.Assignments, r.assignment(n, key)) }),
		"settings":        func(n ast.Node, key string) { r.settings(n, key, &f) },
	})
	return f, errors.Join(r.mistakes...)
}

func (r *reader) settings(n ast.Node, key string, f *directory.File) {
	r.mapping(n, key, fields{
		"sign_in_session": func(n ast.Node, key string) {
			f.SignInSession = r.duration(n, key, minSignInSession, maxSignInSession)
		},
	})
}
