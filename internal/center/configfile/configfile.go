// Package configfile reads what `latchkey-center serve --config FILE` is told:
// YAML whose unknown keys are errors with file, line and column. It holds no
// secrets: keys that end in _file name the files that do.
package configfile

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"latchkey/internal/center/metrics"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
	"latchkey/internal/center/signin/oidc"
	"latchkey/internal/center/yamlfile"
)

// File is a configuration. Its paths lead from the working directory, also where
// the text has them from the file's own.
type File struct {
	Listen       string   `yaml:"listen"`   // HOST:PORT
	Database     string   `yaml:"database"` // sqlite:PATH or postgres://…, without a password
	DatabaseFile string   `yaml:"database_file"`
	Origin       string   `yaml:"origin"`
	Region       string   `yaml:"region"`
	StartURLs    []string `yaml:"start_urls"`
	BehindProxy  bool     `yaml:"behind_proxy"`
	TLSCert      string   `yaml:"tls_cert"`
	TLSKey       string   `yaml:"tls_key"`
	DeviceFlow   string   `yaml:"device_flow"`  // "off", "same-network" or "allow"
	MetricsFrom  []string `yaml:"metrics_from"` // networks
	Fault        string   `yaml:"fault"`
	SignIn       SignIn   `yaml:"sign_in"`
}

// SignIn is how people sign in.
type SignIn struct {
	BuiltIn string        `yaml:"built_in"` // "everyone" or "administrators"
	LDAP    []ldap.Config `yaml:"ldap"`
	OIDC    []oidc.Config `yaml:"oidc"`
}

// Read reads the file called name. warnings are of secrets that others can read.
func Read(name string) (f File, warnings []string, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return f, nil, err
	}
	if f, err = Parse(name, data); err != nil {
		return f, nil, err
	}
	dir := filepath.Dir(name)
	f.Database = besides(dir, f.Database)
	eachPath(&f, func(key string, path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
		if warning := openToOthers(key, *path); warning != "" {
			warnings = append(warnings, warning)
		}
	})
	return f, warnings, f.readDatabase(name)
}

// Parse reads data and nothing else; name stands for it in errors. The error
// joins one error an unknown key.
func Parse(name string, data []byte) (File, error) {
	var f File
	root, err := yamlfile.Root(name, data)
	if err != nil || root == nil {
		return f, err
	}
	if err := checkKeys(name, root, &f); err != nil {
		return f, err
	}
	if err := yaml.NodeToValue(root, &f); err != nil {
		return f, yamlfile.Positioned(name, err)
	}
	return f, f.check(name, root)
}

// check refuses values that cannot be, and a password among what everybody may
// read.
func (f File) check(name string, root ast.Node) error {
	u, err := url.Parse(f.Database)
	if err != nil {
		return fmt.Errorf("%s: database: not sqlite:PATH or postgres://HOST/NAME", place(name, valueOf(root, "database")))
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return fmt.Errorf("%s: database: has a password; put the URL into a file and name that with database_file",
			place(name, valueOf(root, "database")))
	}
	if f.Database != "" && f.DatabaseFile != "" {
		return fmt.Errorf("%s: database_file: there is database already; want one", place(name, valueOf(root, "database_file")))
	}
	if err := oauth.DeviceFlow(f.DeviceFlow).Check(); err != nil {
		return fmt.Errorf("%s: %w", place(name, valueOf(root, "device_flow")), err)
	}
	if _, err := metrics.ParseFrom(f.MetricsFrom); err != nil {
		return fmt.Errorf("%s: %w", place(name, valueOf(root, "metrics_from")), err)
	}
	if err := (signin.Methods{BuiltIn: signin.BuiltIn(f.SignIn.BuiltIn)}).Check(); err != nil {
		return fmt.Errorf("%s: sign_in: %w", place(name, valueOf(valueOf(root, "sign_in"), "built_in")), err)
	}
	return nil
}

func (f *File) readDatabase(name string) error {
	if f.DatabaseFile == "" {
		return nil
	}
	data, err := os.ReadFile(f.DatabaseFile)
	if err != nil {
		return fmt.Errorf("%s: database_file: %w", name, err)
	}
	f.Database = strings.TrimSpace(string(data))
	if f.Database == "" {
		return fmt.Errorf("%s: database_file: %w", name, errors.New(f.DatabaseFile+" is empty"))
	}
	return nil
}

// besides makes the path of sqlite:PATH lead from dir.
func besides(dir, database string) string {
	path, ok := strings.CutPrefix(database, "sqlite:")
	if !ok || path == "" || filepath.IsAbs(path) {
		return database
	}
	return "sqlite:" + filepath.Join(dir, path)
}
