package awsconfig_test

import (
	"errors"
	"testing"

	"latchkey/internal/awsconfig"

	"github.com/google/go-cmp/cmp"
)

// values is what a file says: profile, key, value. A nested block is its own
// map, under the key.
type values map[string]map[string]any

// dialect is the AWS CLI's dialect, case by case: what it reads, or nil where it
// refuses the whole file.
var dialect = []struct {
	name, text string
	want       values
}{
	{"keys are lower case", "[profile foo]\nRegion = x", values{"foo": {"region": "x"}}},
	{"double quotes", "[profile \"my profile\"]\na=1", values{"my profile": {"a": "1"}}},
	{"single quotes", "[profile 'my profile']\na=1", values{"my profile": {"a": "1"}}},
	{"unquoted space", "[profile my profile]\na=1", values{}},
	{"two spaces", "[profile  foo]\na=1", values{"foo": {"a": "1"}}},
	{"trailing space", "[profile foo ]\na=1", values{"foo": {"a": "1"}}},
	{"tab", "[profile\tfoo]\na=1", values{"foo": {"a": "1"}}},
	{"leading space in the header", "[ profile foo ]\na=1", values{}},
	{"no space", "[profilefoo]\na=1\n[sso-sessionx]\na=1\n[sso-session]\na=1", values{}},
	{"default twice, plain last", "[profile default]\na=1\n[default]\nb=2", values{"default": {"b": "2"}}},
	{"default twice, plain first", "[default]\nb=2\n[profile default]\na=1", values{"default": {"a": "1"}}},
	{"Default", "[Default]\na=1", values{}},
	{"DEFAULT", "[DEFAULT]\nz=9\n[profile foo]\na=1", values{"foo": {"a": "1", "z": "9"}}},
	{"plain section", "[foo]\na=1", values{}},
	{"section twice", "[profile foo]\na=1\n[profile foo]\nb=2", nil},
	{"key twice", "[profile foo]\na=1\na=2", nil},
	{"key twice in two cases", "[profile foo]\na=1\nA=2", nil},
	{"profile twice", "[profile foo]\na=1\n[profile 'foo']\nb=2", values{"foo": {"b": "2"}}},
	{"no inline comments", "[default]\na = 1 # c\nb = 2 ; c\nu = http://x/#/", values{"default": {"a": "1 # c", "b": "2 ; c", "u": "http://x/#/"}}},
	{"comments and a tail", "# c\n; d\n[profile foo] ; tail\na=1", values{"foo": {"a": "1"}}},
	{"indented comment", "[default]\na=1\n  # indented comment\nb=2", values{"default": {"a": "1", "b": "2"}}},
	{"continuation", "[default]\na = 1\n  2\n  3", values{"default": {"a": "1\n2\n3"}}},
	{"blank line in a value", "[default]\na = 1\n\n  2", values{"default": {"a": "1\n\n2"}}},
	{"nested", "[default]\ns3 =\n  max = 10\n  # c\n  style = path", values{"default": {"s3": map[string]any{"max": "10", "style": "path"}}}},
	{"nested without =", "[default]\ns3 =\n  max", nil},
	{"nested twice is flat", "[default]\ns3 =\n    a = 1\n        b = 2", values{"default": {"s3": map[string]any{"a": "1", "b": "2"}}}},
	{"empty value", "[default]\ns3=\nb=1", values{"default": {"s3": "", "b": "1"}}},
	{"colon", "[default]\na: 1", values{"default": {"a": "1"}}},
	{"colon in a block", "[default]\ns3 =\n  a: 1", nil},
	{"first delimiter", "[default]\na = b = c : d", values{"default": {"a": "b = c : d"}}},
	{"junk", "[default]\njunk", nil},
	{"key before a section", "a=1\n[default]", nil},
	{"no key", "[default]\n=1", nil},
	{"unclosed header", "[profile foo\na=1", nil},
	{"CRLF", "[default]\r\na = 1\r\ns3 =\r\n  b = 2\r\n", values{"default": {"a": "1", "s3": map[string]any{"b": "2"}}}},
	{"byte order mark", "\ufeff[default]\na=1", nil},
	{"invalid UTF-8", "[default]\na=\xff", nil},
	{"UTF-8", "[profile größe]\na=ü", values{"größe": {"a": "ü"}}},
	{"two brackets", "[profile foo]]\na=1\n[profile fo]o]\nb=2", values{"foo]": {"a": "1"}, "fo]o": {"b": "2"}}},
	{"open quote", "[profile \"foo]\na=1", values{}},
	{"quotes in a value", "[default]\na='q'", values{"default": {"a": "'q'"}}},
	{"no interpolation", "[default]\na=%(b)s\nc=${HOME}", values{"default": {"a": "%(b)s", "c": "${HOME}"}}},
	{"all indented", "  [profile foo]\n  a=1\n  b=2", values{"foo": {"a": "1", "b": "2"}}},
	{"deeper than its key", "[default]\na=1\n b=2", values{"default": {"a": "1\nb=2"}}},
	{"no name", "[]", nil},
	{"hash in a name", "[profile foo#bar]\na=1", values{"foo#bar": {"a": "1"}}},
	{"backslash in a name", "[profile foo\\bar]\na=1", values{"foobar": {"a": "1"}}},
	{"tail of a header", "[profile foo]a=1", values{"foo": {}}},
	{"space in a key", "[default]\na b = 1", values{"default": {"a b": "1"}}},
	{"empty", "", values{}},

	// Corners of Python that the table of the AWS CLI does not have.
	{"a word that begins with profile", "[profiles foo]\na=1", values{"foo": {"a": "1"}}},
	{"empty name", "[profile '']\na=1", values{"": {"a": "1"}}},
	{"DEFAULT in parts", "[DEFAULT]\na=1\n[profile x]\na=2\n[DEFAULT]\nb=3", values{"x": {"a": "2", "b": "3"}}},
	{"DEFAULT has a key twice", "[DEFAULT]\na=1\n[profile x]\n[DEFAULT]\na=3", nil},
	{"unit separator is a space", "[default]\n\x1fa\x1f=\x1f1\x1f", values{"default": {"a": "1"}}},
	{"no-break space is an indentation", "[default]\na=1\n\u00a0b", values{"default": {"a": "1\nb"}}},
	{"next line splits a block", "[default]\ns3 =\n  a=1\u0085b=2", values{"default": {"s3": map[string]any{"a": "1", "b": "2"}}}},
	{"option that looks like a header", "[default]\n[]=1", values{"default": {"[]": "1"}}},
	{"carriage return in a line", "[default]\na=1\rb", nil},
	{"block after an empty line", "[default]\ns3 =\n\n  a = 1\n\n", values{"default": {"s3": map[string]any{"a": "1"}}}},
	{"block with a key twice", "[default]\ns3 =\n  a = 1\n  b = 2\n  a = 3", values{"default": {"s3": map[string]any{"a": "3", "b": "2"}}}},
}

func TestDialect(t *testing.T) {
	for _, tt := range dialect {
		t.Run(tt.name, func(t *testing.T) {
			c, err := awsconfig.Parse(awsconfig.Paths{Config: "config"}, tt.text, "")
			if tt.want == nil {
				e, ok := errors.AsType[*awsconfig.SyntaxError](err)
				if !ok || e.Path != "config" || e.Line == 0 || e.Reason == "" || e.Hint == "" {
					t.Fatalf("Parse(%q) = %#v, want a SyntaxError that says all", tt.text, err)
				}
				return
			}
			if err != nil {
				t.Fatalf("Parse(%q) = %v", tt.text, err)
			}
			for range 10 { // the way of looking up changes when there is much of it
				if diff := cmp.Diff(tt.want, profiles(c)); diff != "" {
					t.Errorf("Parse(%q): -want +got\n%s", tt.text, diff)
				}
			}
		})
	}
}

// profiles returns all that c says, by way of what it exports.
func profiles(c *awsconfig.Config) values {
	all := values{}
	for _, name := range c.Profiles() {
		p, _ := c.Profile(name)
		all[name] = section(p.Values)
	}
	return all
}

func section(s awsconfig.Section) map[string]any {
	all := map[string]any{}
	for _, key := range s.Keys() {
		if value, ok := s.Get(key); ok {
			all[key] = value
			continue
		}
		block := map[string]any{}
		for _, sub := range s.NestedKeys(key) {
			block[sub], _ = s.Nested(key, sub)
		}
		all[key] = block
	}
	return all
}
