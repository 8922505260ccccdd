package ldap

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"latchkey/internal/center/directory"
)

// Config is one directory, as an operator describes it.
type Config struct {
	Name             string        `yaml:"name"`               // of the method; part of addresses and of what is recorded
	Preset           string        `yaml:"preset"`             // "openldap" (default) or "active-directory"
	URL              string        `yaml:"url"`                // ldaps://HOST[:PORT] or ldap://…; several by spaces, asked in turn
	StartTLS         bool          `yaml:"starttls"`           // for ldap://
	Plain            bool          `yaml:"plain"`              // no TLS: only to this machine itself
	CAFile           string        `yaml:"ca_file"`            // PEM; default: the system's
	BindDN           string        `yaml:"bind_dn"`            // who searches; default: nobody
	BindPasswordFile string        `yaml:"bind_password_file"` // that account's password
	BaseDN           string        `yaml:"base_dn"`
	UserFilter       string        `yaml:"user_filter"` // with {username}
	Attributes       Attributes    `yaml:"attributes"`
	Groups           Groups        `yaml:"groups"`
	Timeout          time.Duration `yaml:"timeout"` // of a whole sign-in; default 6s
}

// Attributes names what is read of a person.
type Attributes struct {
	ID    string `yaml:"id"`   // never changes and is never given to another
	Name  string `yaml:"name"` // the user name here
	Email string `yaml:"email"`
}

// Groups says where a person's groups are found and what they are here. Groups
// that Map does not name count for nothing.
type Groups struct {
	BaseDN string            `yaml:"base_dn"` // default: that of the people
	Filter string            `yaml:"filter"`  // with {dn} or {name}
	Nested bool              `yaml:"nested"`  // groups of groups, too; Active Directory
	Map    map[string]string `yaml:"map"`     // distinguished name: group of this center
}

type preset struct {
	filter       string
	attributes   Attributes
	groups       string
	nestedGroups string
}

func presetOf(name string) (preset, error) {
	switch name {
	case "openldap":
		return preset{
			filter:     "(&(objectClass=inetOrgPerson)(uid={username}))",
			attributes: Attributes{ID: "entryUUID", Name: "uid", Email: "mail"},
			groups: "(|(&(objectClass=groupOfNames)(member={dn}))(&(objectClass=groupOfUniqueNames)(uniqueMember={dn}))" +
				"(&(objectClass=posixGroup)(memberUid={name})))",
		}, nil
	case "active-directory":
		return preset{
			filter:     "(&(objectCategory=person)(objectClass=user)(|(sAMAccountName={username})(userPrincipalName={username})))",
			attributes: Attributes{ID: "objectGUID", Name: "sAMAccountName", Email: "mail"},
			groups:     "(&(objectClass=group)(member={dn}))",
			// LDAP_MATCHING_RULE_IN_CHAIN: the server walks the chain of groups.
			nestedGroups: "(&(objectClass=group)(member:1.2.840.113556.1.4.1941:={dn}))",
		}, nil
	}
	return preset{}, fmt.Errorf(`preset: %q is neither "openldap" nor "active-directory"`, name)
}

const defaultTimeout = 6 * time.Second

// complete returns c with every default filled in.
func (c Config) complete() (Config, error) {
	c.Preset = cmp.Or(c.Preset, "openldap")
	p, err := presetOf(c.Preset)
	if err != nil {
		return c, err
	}
	if c.Groups.Nested && (p.nestedGroups == "" || c.Groups.Filter != "") {
		return c, errors.New("groups: nested is for preset active-directory without a filter of one's own")
	}
	if c.Groups.Nested {
		p.groups = p.nestedGroups
	}
	c.UserFilter = cmp.Or(c.UserFilter, p.filter)
	c.Attributes.ID = cmp.Or(c.Attributes.ID, p.attributes.ID)
	c.Attributes.Name = cmp.Or(c.Attributes.Name, p.attributes.Name)
	c.Attributes.Email = cmp.Or(c.Attributes.Email, p.attributes.Email)
	c.Groups.BaseDN = cmp.Or(c.Groups.BaseDN, c.BaseDN)
	c.Groups.Filter = cmp.Or(c.Groups.Filter, p.groups)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	return c, c.check()
}

func (c Config) check() error {
	if c.BaseDN == "" {
		return errors.New("base_dn is missing")
	}
	if (c.BindDN == "") != (c.BindPasswordFile == "") {
		return errors.New("bind_dn and bind_password_file belong together")
	}
	if c.Timeout < 0 {
		return errors.New("timeout must not be negative")
	}
	for key, dn := range map[string]string{"bind_dn": c.BindDN, "base_dn": c.BaseDN, "groups: base_dn": c.Groups.BaseDN} {
		if _, err := ldap.ParseDN(dn); err != nil {
			return fmt.Errorf("%s: %q is no distinguished name", key, dn)
		}
	}
	for key, filter := range map[string]string{"user_filter": c.UserFilter, "groups: filter": c.Groups.Filter} {
		if _, err := ldap.CompileFilter(fill(filter, "x", "cn=x", "x")); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	// Else everybody would be in every group.
	if !strings.Contains(c.Groups.Filter, "{dn}") && !strings.Contains(c.Groups.Filter, "{name}") {
		return errors.New("groups: filter must have {dn} or {name} in it")
	}
	return nil
}

// nameTests are the places of a filter where a user name is compared.
var nameTests = regexp.MustCompile(`\(([A-Za-z][A-Za-z0-9.-]*)=\{username\}\)`)

// loginAttributes are those that filter compares with the name that was typed.
func loginAttributes(filter string) ([]string, error) {
	var names []string
	for _, test := range nameTests.FindAllStringSubmatch(filter, -1) {
		names = append(names, test[1])
	}
	if len(names) == 0 || len(names) != strings.Count(filter, "{username}") {
		return nil, errors.New("user_filter: {username} must stand as (ATTRIBUTE={username}), once or more")
	}
	return names, nil
}

// groupMap has lower-case distinguished names, written in one way.
func (g Groups) groupMap() (map[string]string, error) {
	groups := map[string]string{}
	for dn, name := range g.Map {
		key, err := dnKey(dn)
		if err != nil {
			return nil, fmt.Errorf("groups: map: %q is no distinguished name", dn)
		}
		if err := directory.ValidLabel(name, maxGroupName); err != nil {
			return nil, fmt.Errorf("groups: map: %q %w", name, err)
		}
		groups[key] = name
	}
	return groups, nil
}

const maxGroupName = 128

func dnKey(dn string) (string, error) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return "", errors.New("no distinguished name")
	}
	return strings.ToLower(parsed.String()), nil
}
