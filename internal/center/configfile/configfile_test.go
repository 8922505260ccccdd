package configfile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/configfile"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
	"latchkey/internal/center/signin/oidc"
)

const whole = `
listen: 127.0.0.1:8443
database: sqlite:data/center.db
origin: https://sso.example.com
region: eu-central-1
start_urls: [https://d-1234567890.awsapps.com/start]
behind_proxy: true
tls_cert: tls/cert.pem
tls_key: /etc/tls/key.pem
device_flow: same-network
metrics_from: [10.1.0.0/16]
fault: faults.yaml
sign_in:
  built_in: administrators
  ldap:
    - name: corp
      preset: active-directory
      url: ldaps://dc1.example.com
      bind_dn: cn=latchkey,dc=example,dc=com
      bind_password_file: bind-password
      base_dn: dc=example,dc=com
      groups: {nested: true, map: {"cn=dev,dc=example,dc=com": developers}}
      timeout: 4s
  oidc:
    - name: okta
      label: Okta
      issuer: https://example.okta.com
      client_id: abc
      client_secret_file: secrets/okta
      scopes: [openid, email]
      groups: {everyone: developers}
`

func put(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// Everything that can be said, and paths from where the file is.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "bind-password", "hunter2\n", 0o644)
	put(t, dir, "secrets/okta", "hunter3\n", 0o600)
	f, warnings, err := configfile.Read(put(t, dir, "center.yaml", whole, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	want := configfile.File{
		Listen: "127.0.0.1:8443", Database: "sqlite:" + at("data/center.db"), Origin: "https://sso.example.com", Region: "eu-central-1",
		StartURLs: []string{"https://d-1234567890.awsapps.com/start"}, BehindProxy: true, TLSCert: at("tls/cert.pem"), TLSKey: "/etc/tls/key.pem",
		DeviceFlow: "same-network", MetricsFrom: []string{"10.1.0.0/16"}, Fault: at("faults.yaml"),
		SignIn: configfile.SignIn{
			BuiltIn: "administrators",
			LDAP: []ldap.Config{{
				Name: "corp", Preset: "active-directory", URL: "ldaps://dc1.example.com", BindDN: "cn=latchkey,dc=example,dc=com",
				BindPasswordFile: at("bind-password"), BaseDN: "dc=example,dc=com", Timeout: 4 * time.Second,
				Groups: ldap.Groups{Nested: true, Map: map[string]string{"cn=dev,dc=example,dc=com": "developers"}},
			}},
			OIDC: []oidc.Config{{
				Name: "okta", Label: "Okta", Issuer: "https://example.okta.com", ClientID: "abc", ClientSecretFile: at("secrets/okta"),
				Scopes: []string{"openid", "email"}, Groups: map[string]string{"everyone": "developers"},
			}},
		},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	if runtime.GOOS != "windows" && (len(warnings) != 1 || !strings.Contains(warnings[0], "bind_password_file: others than its owner can read "+at("bind-password"))) {
		t.Errorf("warnings %q", warnings)
	}
	m, err := f.SignIn.Methods()
	if err != nil || m.BuiltIn != signin.Administrators || m.Passwords[0].Name() != "corp" || m.Redirects[0].Label() != "Okta" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "{}\n"} {
		f, err := configfile.Parse("f", []byte(text))
		if diff := cmp.Diff(configfile.File{}, f); diff != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
}

const ldapKeys = "attributes, base_dn, bind_dn, bind_password_file, ca_file, groups, name, plain, preset, starttls, timeout, url, user_filter"

// Each mistake with its place; several at once.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"lisen: x": "f:1:1: lisen: unknown key; the keys here are behind_proxy, database, database_file, device_flow, fault, listen, metrics_from, origin, region, sign_in, start_urls, tls_cert, tls_key",
		"sign_in:\n  buildin: x\n  ldap: [{nam: corp}]": "f:2:3: sign_in.buildin: unknown key; the keys here are built_in, ldap, oidc\nf:3:11: sign_in.ldap[0].nam: unknown key; the keys here are " + ldapKeys,
		"sign_in: {ldap: [{bind_password: hunter2}]}":   "f:1:19: sign_in.ldap[0].bind_password: unknown key; the keys here are " + ldapKeys,
		"sign_in: {ldap: {name: x}}":                    "f:1:17: sign_in.ldap: want a list",
		"sign_in: everyone":                             "f:1:10: sign_in: want keys and values, such as built_in: …",
		"listen:\n":                                     "f:1:9: listen: has no value",
		"listen: [a]":                                   "f:1:9: listen: want one value",
		"listen: {a: b}":                                "f:1:9: listen: want one value",
		"listen: &x a":                                  "f:1:9: listen: anchors, aliases and tags are not read here",
		"listen: a\nlisten: b":                          `f:2:1: mapping key "listen" already defined at [1:1]`,
		"- listen":                                      "f:1:1: want keys and values, such as behind_proxy: …",
		"listen: a\n---\nlisten: b\n":                   "f:2:1: a second document; want one",
		"behind_proxy: perhaps":                         "f:1:15: cannot unmarshal string into Go struct field File.BehindProxy of type bool",
		"sign_in: {ldap: [{timeout: soon}]}":            "f:1:28: sign_in.ldap[0].timeout: no duration; write 5s or 1m",
		"database: postgres://center:hunter2@db/center": "f:1:11: database: has a password; put the URL into a file and name that with database_file",
		"region: x\ndatabase: postgres://center@db/center?password=hunter2": "f:2:11: database: has a password; put the URL into a file and name that with database_file",
		"database: sqlite:x\ndatabase_file: y":                              "f:2:16: database_file: there is database already; want one",
		"# which codes\ndevice_flow: never":                                 `f:2:14: device_flow "never": want off, same-network or allow`,
		"device_flow:   1":                                                  `f:1:16: device_flow "1": want off, same-network or allow`,
		"metrics_from: [10.1.0.0/16, 10.1.0.0/33]":                          `f:1:15: metrics_from: "10.1.0.0/33": want a network such as 10.1.0.0/16, or an address`,
		"sign_in:\n  ldap: []\n  built_in: nobody":                          `f:3:13: sign_in: built_in "nobody": want everyone or administrators`,
	} {
		_, err := configfile.Parse("f", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestMethodMistakes(t *testing.T) {
	ldapWith := func(name string) ldap.Config {
		return ldap.Config{Name: name, URL: "ldaps://ldap.example.com", BaseDN: "dc=example,dc=com"}
	}
	for _, tt := range []struct {
		s    configfile.SignIn
		want string
	}{
		{configfile.SignIn{BuiltIn: "nobody"}, `built_in "nobody": want everyone or administrators`},
		{configfile.SignIn{LDAP: []ldap.Config{ldapWith("a"), ldapWith("a")}}, `sign-in method "a": the name is taken`},
		{configfile.SignIn{LDAP: []ldap.Config{ldapWith("code")}}, `sign-in method "code": the name is taken`},
		{configfile.SignIn{LDAP: []ldap.Config{ldapWith("built-in")}}, `sign-in method "built-in": the name is taken`},
		{configfile.SignIn{LDAP: []ldap.Config{ldapWith("../x")}}, `sign-in method "../x": a name is up to 32 of a-z, 0-9 and -`},
		{configfile.SignIn{LDAP: []ldap.Config{{Name: "a"}}, OIDC: []oidc.Config{{Name: "b"}}}, "ldap \"a\": base_dn is missing\noidc \"b\": client_id is missing"},
	} {
		_, err := tt.s.Methods()
		if err == nil || err.Error() != tt.want {
			t.Errorf("%+v:\n got %v\nwant %s", tt.s, err, tt.want)
		}
	}
}

// A URL with its password is in a file of its own.
func TestDatabaseFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "url", "postgres://center:hunter2@db/center\n", 0o600)
	name := put(t, dir, "center.yaml", "database_file: url\n", 0o644)
	f, warnings, err := configfile.Read(name)
	if err != nil || f.Database != "postgres://center:hunter2@db/center" || len(warnings) > 0 {
		t.Errorf("%+v %q %v", f, warnings, err)
	}
	put(t, dir, "url", " \n", 0o600)
	if _, _, err := configfile.Read(name); err == nil || !strings.HasSuffix(err.Error(), "url is empty") {
		t.Errorf("an empty one: %v", err)
	}
	put(t, dir, "center.yaml", "database_file: none\n", 0o644)
	if _, _, err := configfile.Read(name); err == nil || !strings.Contains(err.Error(), "center.yaml: database_file: open ") {
		t.Errorf("a missing one: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		whole, "listen: &x [*x]", "? [a]\n: b", "<<: {listen: 1}", "sign_in: {ldap: [{groups: {map: {? [a] : b}}}]}", "start_urls: [1, {a: b}]",
		"- - -", "{", "listen: !!binary x", "\xff", "%YAML 1.2\n---\n", "database: 'postgres://%zz'", "sign_in: {oidc: [{timeout: 1}]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := configfile.Parse("f", data)
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("an error without a place: %v", err)
		}
	})
}
