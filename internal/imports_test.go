// Package internal holds the test of the import rules, which are the
// architecture as the compiler sees it.
package internal

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "latchkey"

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
	Module     *struct{ Path string }
}

// name is the path below the module: "internal/cli".
func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps,Module", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func isCenter(name string) bool {
	return under(name, "internal/center") || name == "internal/centercli" || name == "cmd/latchkey-center"
}

// neutral packages belong to neither half: they are for tests and the demo.
func isNeutral(name string) bool {
	return slices.Contains([]string{"internal/testneed", "internal/webuser", "internal"}, name) ||
		under(name, "compat") || under(name, "bench")
}

func TestClientAndCenterDoNotKnowEachOther(t *testing.T) {
	for _, p := range list(t) {
		if p.name() == "cmd/demo" || isNeutral(p.name()) {
			continue
		}
		for _, dep := range p.Deps {
			other, ours := strings.CutPrefix(dep, module+"/")
			if ours && !isNeutral(other) && isCenter(other) != isCenter(p.name()) {
				t.Errorf("%s reaches %s", p.name(), other)
			}
		}
	}
}

// only lists who may import what, itself or below it.
var only = []struct {
	what string
	who  []string
}{
	{"github.com/aws/aws-sdk-go-v2", []string{"internal/awsapi"}},
	{"github.com/aws/smithy-go", []string{"internal/awsapi"}},
	{"charm.land/bubbletea/v2", []string{"internal/picker"}},
	{"github.com/spf13/cobra", []string{"internal/cli", "internal/centercli"}},
	{"modernc.org/sqlite", []string{"internal/center/store"}},
	{"github.com/jackc/pgx/v5", []string{"internal/center/store", "internal/center/storetest/pgtest"}},
	{"database/sql", []string{"internal/center/store"}},
	{"github.com/go-ldap/ldap/v3", []string{"internal/center/signin/ldap"}},
	{"github.com/coreos/go-oidc/v3", []string{"internal/center/signin/oidc"}},
	{"golang.org/x/oauth2", []string{"internal/center/signin/oidc"}},
	{"github.com/zitadel/oidc/v3", []string{"internal/center/signin/oidc/oidctest"}},
	{"github.com/prometheus/client_golang", []string{"internal/center/metrics"}},
	{module + "/internal/warm", []string{"cmd/latchkey"}},
	{module + "/internal/picker", []string{"internal/cli", "internal/wizard"}},
	{module + "/internal/browser", []string{"internal/cli"}},
}

func TestWhoImportsWhat(t *testing.T) {
	for _, p := range list(t) {
		for _, rule := range only {
			if slices.Contains(rule.who, p.name()) || under(module+"/"+p.name(), rule.what) {
				continue
			}
			if i := slices.IndexFunc(p.Imports, func(imp string) bool { return under(imp, rule.what) }); i >= 0 {
				t.Errorf("%s imports %s; only %s may", p.name(), p.Imports[i], strings.Join(rule.who, ", "))
			}
		}
	}
}

func TestFilePackagesReachNoNetwork(t *testing.T) {
	light := []string{"internal/warm", "internal/awsconfig", "internal/ssocache", "internal/awscred", "internal/atomicfile"}
	for _, p := range list(t) {
		if !slices.Contains(light, p.name()) {
			continue
		}
		for _, heavy := range []string{"net", "net/http", "crypto/tls"} {
			if slices.Contains(p.Deps, heavy) {
				t.Errorf("%s reaches %s", p.name(), heavy)
			}
		}
	}
}

// TestOnlyCommandsTouchTheProcess holds every other package to what it is
// given.
func TestOnlyCommandsTouchTheProcess(t *testing.T) {
	allowed := []string{"internal/cli", "internal/centercli", "internal/warm", "internal/testneed"}
	forbidden := []string{"Stdin", "Stdout", "Stderr", "Exit", "Getenv", "LookupEnv", "Environ", "UserHomeDir"}
	for _, p := range list(t) {
		if slices.Contains(allowed, p.name()) || strings.HasPrefix(p.name(), "cmd/") || isNeutral(p.name()) {
			continue
		}
		eachFile(t, p, func(path string, file *ast.File) {
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if x, isIdent := identOf(sel, ok); isIdent && x == "os" && slices.Contains(forbidden, sel.Sel.Name) {
					t.Errorf("%s uses os.%s", path, sel.Sel.Name)
				}
				return true
			})
		})
	}
}

func identOf(sel *ast.SelectorExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

func TestPackagesSayWhatTheyOwn(t *testing.T) {
	for _, p := range list(t) {
		documented := len(p.GoFiles) == 0
		eachFile(t, p, func(_ string, file *ast.File) { documented = documented || file.Doc != nil })
		if !documented {
			t.Errorf("%s has no package comment", p.name())
		}
	}
}

func eachFile(t *testing.T, p pkg, f func(path string, file *ast.File)) {
	t.Helper()
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		f(path, file)
	}
}
