package ldap

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

const (
	pageOfGroups = 500
	maxID        = 256
	maxEmail     = 320 // RFC 5321
)

// find returns the one entry that username is, or signin.ErrWrongPassword if
// there is none, or more than one.
func (m *Method) find(c *conn, username string) (*ldap.Entry, error) {
	request := m.search(m.config.BaseDN, fill(m.config.UserFilter, username, "", ""),
		append([]string{m.config.Attributes.ID, m.config.Attributes.Name, m.config.Attributes.Email}, m.attributes...))
	request.SizeLimit, request.EnforceSizeLimit = 2, true
	result, err := c.Search(request)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) && !errors.Is(err, ldap.ErrSizeLimitExceeded) {
		return nil, fmt.Errorf("%s: search below %q: %w", c.server.url, m.config.BaseDN, told(err))
	}
	switch len(result.Entries) {
	case 0:
		return nil, signin.ErrWrongPassword
	case 1:
	default:
		return nil, fmt.Errorf("%w (more than one entry has that name)", signin.ErrWrongPassword)
	}
	entry := result.Entries[0]
	// A bind without a name is anonymous, and succeeds with any password.
	if entry.DN == "" || !m.isNamed(entry, username) {
		return nil, signin.ErrWrongPassword
	}
	return entry, nil
}

// isNamed holds the directory to the spelling that tries are counted by: it
// might ignore accents, width or spaces, and each spelling would have its own.
func (m *Method) isNamed(entry *ldap.Entry, username string) bool {
	for _, attribute := range m.attributes {
		for _, value := range entry.GetEqualFoldAttributeValues(attribute) {
			if directory.UserKey(value) == directory.UserKey(username) {
				return true
			}
		}
	}
	return false
}

func (m *Method) search(base, filter string, attributes []string) *ldap.SearchRequest {
	seconds := max(1, int(m.config.Timeout/time.Second))
	return ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, seconds, false, filter, attributes, nil)
}

// fill puts values into a filter, each escaped so that it can only be a value
// (RFC 4515, section 3).
func fill(filter, username, dn, name string) string {
	return strings.NewReplacer("{username}", ldap.EscapeFilter(username),
		"{dn}", ldap.EscapeFilter(dn), "{name}", ldap.EscapeFilter(name)).Replace(filter)
}

func (m *Method) identity(entry *ldap.Entry) (signin.Identity, error) {
	id, err := m.stableID(entry)
	if err != nil {
		return signin.Identity{}, err
	}
	name := oneOf(entry, m.config.Attributes.Name)
	if directory.ValidUserName(name) != nil {
		return signin.Identity{}, refused("Your name at the directory cannot be a user name of this center. Ask those who run it.")
	}
	email := oneOf(entry, m.config.Attributes.Email)
	if directory.ValidLabel(email, maxEmail) != nil {
		email = ""
	}
	return signin.Identity{Method: m.config.Name, ID: id, Name: name, Email: email}, nil
}

// oneOf is the same value at each sign-in, whatever the order they come in.
func oneOf(entry *ldap.Entry, attribute string) string {
	values := entry.GetEqualFoldAttributeValues(attribute)
	if len(values) == 0 {
		return ""
	}
	return slices.Min(values)
}

// stableID is text whatever the attribute holds.
func (m *Method) stableID(entry *ldap.Entry) (string, error) {
	attribute := m.config.Attributes.ID
	values := entry.GetEqualFoldRawAttributeValues(attribute)
	if len(values) != 1 || len(values[0]) == 0 || len(values[0]) > maxID {
		return "", fmt.Errorf("%s has %d values of the attribute %s; attributes: id must name one that everybody has once",
			signin.Printable(entry.DN), len(values), attribute)
	}
	value := values[0]
	switch {
	case strings.EqualFold(attribute, "objectGUID") && len(value) == 16:
		return guid(value), nil
	case isText(value):
		return string(value), nil
	}
	return "hex:" + hex.EncodeToString(value), nil
}

// guid writes an objectGUID as Windows does: its first three parts are numbers,
// the lowest byte first.
func guid(b []byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]),
		binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:])
}

func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool { return r < ' ' || r == 0x7f })
}

// groupsOf returns the center's names of the groups that dn is in.
func (m *Method) groupsOf(c *conn, dn, name string) ([]string, error) {
	if len(m.groups) == 0 {
		return nil, nil
	}
	base := m.config.Groups.BaseDN
	result, err := c.SearchWithPaging(m.search(base, fill(m.config.Groups.Filter, "", dn, name), []string{"1.1"}), pageOfGroups)
	if err != nil {
		return nil, fmt.Errorf("%s: search of groups below %q: %w", c.server.url, base, told(err))
	}
	var groups []string
	for _, entry := range result.Entries {
		if key, err := dnKey(entry.DN); err == nil && m.groups[key] != "" {
			groups = append(groups, m.groups[key])
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups), nil
}
