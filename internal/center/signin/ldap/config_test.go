package ldap_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/signin/ldap"
)

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"word": "secret\n", "empty": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	word := filepath.Join(dir, "word")
	good := ldap.Config{Name: "corp", URL: "ldaps://ldap.example.com", BindDN: "cn=center," + base, BindPasswordFile: word, BaseDN: base}
	tests := []struct {
		want   string
		change func(*ldap.Config)
	}{
		{"", func(*ldap.Config) {}},
		{"", func(c *ldap.Config) { c.URL = "ldaps://a.example.com:3269 ldaps://[::1]/" }},
		{"", func(c *ldap.Config) { c.URL, c.StartTLS = "ldap://ldap.example.com", true }},
		{"", func(c *ldap.Config) { c.URL, c.Plain = "ldap://127.0.0.1:389", true }},
		{"", func(c *ldap.Config) { c.BindDN, c.BindPasswordFile = "", "" }},
		{"", func(c *ldap.Config) { c.Preset, c.Groups.Nested = "active-directory", true }},
		{"url is missing", func(c *ldap.Config) { c.URL = " " }},
		{"passwords need TLS", func(c *ldap.Config) { c.URL = "ldap://ldap.example.com" }},
		{"only for an address of this machine", func(c *ldap.Config) { c.URL, c.Plain = "ldap://ldap.example.com", true }},
		{"only for an address of this machine", func(c *ldap.Config) { c.URL, c.Plain = "ldap://localhost", true }},
		{"neither starttls nor plain", func(c *ldap.Config) { c.StartTLS = true }},
		{"scheme", func(c *ldap.Config) { c.URL = "http://ldap.example.com" }},
		{"must be ldaps://HOST", func(c *ldap.Config) { c.URL = "ldaps://ldap.example.com/dc=example?uid" }},
		{"must be ldaps://HOST", func(c *ldap.Config) { c.URL = "ldaps://admin:secret@ldap.example.com" }},
		{"must be ldaps://HOST", func(c *ldap.Config) { c.URL = "ldap.example.com" }},
		{"base_dn is missing", func(c *ldap.Config) { c.BaseDN = "" }},
		{"base_dn", func(c *ldap.Config) { c.BaseDN = "example.com" }},
		{"belong together", func(c *ldap.Config) { c.BindPasswordFile = "" }},
		{"belong together", func(c *ldap.Config) { c.BindDN = "" }},
		{"no such file", func(c *ldap.Config) { c.BindPasswordFile += "2" }},
		{"is empty", func(c *ldap.Config) { c.BindPasswordFile = filepath.Join(dir, "empty") }},
		{"no such file", func(c *ldap.Config) { c.CAFile = filepath.Join(dir, "ca") }},
		{"has no certificate", func(c *ldap.Config) { c.CAFile = word }},
		{"preset", func(c *ldap.Config) { c.Preset = "ad" }},
		{"nested", func(c *ldap.Config) { c.Groups.Nested = true }},
		{"user_filter", func(c *ldap.Config) { c.UserFilter = "(uid={username}" }},
		{"{username} must stand", func(c *ldap.Config) { c.UserFilter = "(uid=alice)" }},
		{"{username} must stand", func(c *ldap.Config) { c.UserFilter = "(uid=*{username}*)" }},
		{"{username} must stand", func(c *ldap.Config) { c.UserFilter = "(|(uid={username})(cn~={username}))" }},
		{"{dn} or {name}", func(c *ldap.Config) { c.Groups.Filter = "(objectClass=groupOfNames)" }},
		{"no distinguished name", func(c *ldap.Config) { c.Groups.Map = map[string]string{"developers": "developers"} }},
		{"groups: map", func(c *ldap.Config) { c.Groups.Map = map[string]string{"cn=dev": "dev\x1b[2J"} }},
		{"timeout", func(c *ldap.Config) { c.Timeout = -1 }},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		m, err := ldap.New(c)
		switch {
		case tt.want == "" && (err != nil || m.Name() != "corp"):
			t.Errorf("%+v: %v", c, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `ldap "corp"`)):
			t.Errorf("%+v: %v, want %q", c, err, tt.want)
		}
	}
}
