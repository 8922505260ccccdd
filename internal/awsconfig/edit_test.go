package awsconfig_test

import (
	"errors"
	"strings"
	"testing"

	"latchkey/internal/awsconfig"
)

func set(keysAndValues ...string) []awsconfig.KeyValue {
	var list []awsconfig.KeyValue
	for i := 0; i < len(keysAndValues); i += 2 {
		list = append(list, awsconfig.KeyValue{Key: keysAndValues[i], Value: keysAndValues[i+1]})
	}
	return list
}

func block(key string, keysAndValues ...string) awsconfig.KeyValue {
	return awsconfig.KeyValue{Key: key, Nested: set(keysAndValues...)}
}

func profile(name string, keysAndValues ...string) awsconfig.Edit {
	return awsconfig.Edit{Name: name, Set: set(keysAndValues...)}
}

func profileBlock(name, key string, keysAndValues ...string) awsconfig.Edit {
	return awsconfig.Edit{Name: name, Set: []awsconfig.KeyValue{block(key, keysAndValues...)}}
}

// edits are before → edit → after. Those that begin with "aws:" are of the AWS
// CLI's own tests; those that begin with "not as aws:" are where it breaks the
// file.
var edits = []struct {
	name, before string
	edit         awsconfig.Edit
	after        string
}{
	{"aws: replace", "[default]\nfoo = 1\n", profile("default", "foo", "newvalue"), "[default]\nfoo = newvalue\n"},
	{"aws: replace without spaces", "[default]\nfoo=1\n", profile("default", "foo", "newvalue"), "[default]\nfoo = newvalue\n"},
	{"aws: brackets in a value", "[default]\nfoo = [bar]\nbar = 1\n", profile("default", "bar", "2"), "[default]\nfoo = [bar]\nbar = 2\n"},
	{"aws: new key at the end", "[default]\nfoo = 1\n", profile("default", "bar", "2"), "[default]\nfoo = 1\nbar = 2\n"},
	{"aws: new key in the middle", "[default]\nfoo=1\n[profile b]\nbar=1\n[profile c]\nbaz=1\n", profile("b", "new", "x", "newer", "y"), "[default]\nfoo=1\n[profile b]\nbar=1\nnew = x\nnewer = y\n[profile c]\nbaz=1\n"},
	{"aws: new section", "[default]\nfoo = 1\n", profile("b", "bar", "2"), "[default]\nfoo = 1\n[profile b]\nbar = 2\n"},
	{"aws: new section, no line end", "[default]\nfoo = 1", profile("b", "bar", "2"), "[default]\nfoo = 1\n[profile b]\nbar = 2\n"},
	{"aws: commented key", "[default]\n#foo = 1\nbar = 1\n", profile("default", "foo", "2"), "[default]\n#foo = 1\nbar = 1\nfoo = 2\n"},
	{"aws: commented header", "#[default]\n[default]\n#default = 1\n#foo = 1\n", profile("default", "foo", "2"), "#[default]\n[default]\nfoo = 2\n#default = 1\n#foo = 1\n"},
	{"aws: spaces around a key", "[default]\nfoo  =  1\n", profile("default", "foo", "2"), "[default]\nfoo = 2\n"},
	{"aws: quoted header", "[profile \"foobar\"]\nfoo = 1\n", profile("foobar", "foo", "2"), "[profile \"foobar\"]\nfoo = 2\n"},
	{"aws: two words", "[profile \"two words\"]\nfoo = 1\n", profile("two words", "foo", "2"), "[profile \"two words\"]\nfoo = 2\n"},
	{"aws: block in a new file", "", profileBlock("default", "s3", "signature_version", "s3v4"), "[default]\ns3 =\n    signature_version = s3v4\n"},
	{"aws: block in the middle", "[default]\nfoo = 1\n[profile b]\nbar = 1\n", profileBlock("default", "s3", "a", "1"), "[default]\nfoo = 1\ns3 =\n    a = 1\n[profile b]\nbar = 1\n"},
	{"aws: block line changes", "[default]\ns3 =\n    a = 1\n    b = 2\n", profileBlock("default", "s3", "a", "9"), "[default]\ns3 =\n    a = 9\n    b = 2\n"},
	{"aws: block line is new", "[default]\ns3 =\n    a = 1\nfoo = 1\n", profileBlock("default", "s3", "b", "2"), "[default]\ns3 =\n    a = 1\n    b = 2\nfoo = 1\n"},
	{"aws: block over a plain key", "[default]\ns3 = x\nfoo = 1\n", profileBlock("default", "s3", "a", "1"), "[default]\ns3 =\n    a = 1\nfoo = 1\n"},
	{"aws: empty section", "[profile a]\n[profile b]\n", profile("a", "foo", "1"), "[profile a]\nfoo = 1\n[profile b]\n"},
	{"aws: empty last section", "[default]", profile("default", "foo", "1"), "[default]\nfoo = 1\n"},

	{"not as aws: the same key in a block", "[default]\ns3 =\n  region = zz\nregion = a\n", profile("default", "region", "b"), "[default]\ns3 =\n  region = zz\nregion = b\n"},
	{"not as aws: value of several lines", "[default]\na = 1\n  2\n\n  3\nb = 4\n", profile("default", "a", "9"), "[default]\na = 9\nb = 4\n"},
	{"not as aws: plain value over a block", "[default]\ns3 =\n  a = 1\n  # c\n  b = 2\n# d\n", profile("default", "s3", "x"), "[default]\ns3 = x\n# d\n"},
	{"not as aws: two spaces in the header", "[profile  x]\na = 1\n", profile("x", "a", "2"), "[profile  x]\na = 2\n"},
	{"not as aws: indented header", "  [profile x]\n  a = 1\n  [profile y]\n  b = 1\n", profile("x", "c", "2"), "  [profile x]\n  a = 1\n  c = 2\n  [profile y]\n  b = 1\n"},
	{"not as aws: single quotes for double ones", "[profile 'x y']\na = 1\n", profile("x y", "a", "2"), "[profile 'x y']\na = 2\n"},
	{"not as aws: sso-session in quotes", "[sso-session 'my sess']\nsso_region = a\n", awsconfig.Edit{Kind: awsconfig.KindSSOSession, Name: "my sess", Set: set("sso_region", "b")}, "[sso-session 'my sess']\nsso_region = b\n"},
	{"not as aws: upper case", "[default]\nRegion = 1\n", profile("default", "region", "2"), "[default]\nRegion = 2\n"},
	{"not as aws: CRLF", "# c\r\n[default]\r\nfoo = 1\r\n[profile b]\r\n", profile("default", "foo", "2", "bar", "3"), "# c\r\n[default]\r\nfoo = 2\r\nbar = 3\r\n[profile b]\r\n"},
	{"not as aws: comment with = after the section", "[default]\nfoo = 1\n\n# next = one\n[profile b]\n", profile("default", "bar", "2"), "[default]\nfoo = 1\nbar = 2\n\n# next = one\n[profile b]\n"},
	{"not as aws: comment after the last section", "[default]\nfoo = 1\n\n# end\n", profile("default", "bar", "2"), "[default]\nfoo = 1\nbar = 2\n\n# end\n"},
	{"not as aws: [profile default] counts", "[default]\nregion = a\n[profile default]\nregion = b\n", profile("default", "region", "c"), "[default]\nregion = a\n[profile default]\nregion = c\n"},
	{"not as aws: [default] counts", "[profile default]\nregion = b\n[default]\nregion = a\n", profile("default", "region", "c"), "[profile default]\nregion = b\n[default]\nregion = c\n"},
	{"not as aws: only [profile default]", "[profile default]\nsso_region = a\n", profile("default", "sso_region", "b"), "[profile default]\nsso_region = b\n"},

	{"name with a space", "", profile("my p", "a", "1"), "[profile 'my p']\na = 1\n"},
	{"session with a space", "", awsconfig.Edit{Kind: awsconfig.KindSSOSession, Name: "my sess", Set: set("a", "1")}, "[sso-session 'my sess']\na = 1\n"},
	{"services", "", awsconfig.Edit{Kind: awsconfig.KindServices, Name: "center", Set: []awsconfig.KeyValue{
		block("sso", "endpoint_url", "http://127.0.0.1:8080"), block("sso_oidc", "endpoint_url", "http://127.0.0.1:8080"),
	}}, "[services center]\nsso =\n    endpoint_url = http://127.0.0.1:8080\nsso_oidc =\n    endpoint_url = http://127.0.0.1:8080\n"},
	{"credentials by their literal name", "[profile b]\na = 1\n[b]\na = 1\n", awsconfig.Edit{Kind: awsconfig.KindCredentials, Name: "b", Set: set("a", "2")}, "[profile b]\na = 1\n[b]\na = 2\n"},
	{"same value changes nothing", "[default]\nfoo=1 \n", profile("default", "foo", "1"), "[default]\nfoo=1 \n"},
	{"same block changes nothing", "[default]\ns3 =\n\ta=1\n", profileBlock("default", "s3", "a", "1"), "[default]\ns3 =\n\ta=1\n"},
	{"colon", "[default]\nfoo: 1\n", profile("default", "foo", "2"), "[default]\nfoo = 2\n"},
	{"empty value", "[default]\nfoo = 1\nbar = 2\n", profile("default", "foo", ""), "[default]\nfoo =\nbar = 2\n"},
	{"no line end stays", "[default]\nfoo = 1", profile("default", "foo", "2"), "[default]\nfoo = 2"},
	{"no line end, new key", "[default]\r\nfoo = 1", profile("default", "bar", "2"), "[default]\r\nfoo = 1\r\nbar = 2\r\n"},
	{"no line end, block and key", "[default]\ns3 =\n  a = 1", awsconfig.Edit{Name: "default", Set: append([]awsconfig.KeyValue{block("s3", "b", "2")}, set("c", "3")...)}, "[default]\ns3 =\n  a = 1\n  b = 2\nc = 3\n"},
	{"delete", "[default]\na = 1\n# c\nb = 2\n  3\nd = 4\n", awsconfig.Edit{Name: "default", Delete: []string{"B", "none"}}, "[default]\na = 1\n# c\nd = 4\n"},
	{"delete the last and add", "[default]\na = 1\nb = 2", awsconfig.Edit{Name: "default", Delete: []string{"b"}, Set: set("c", "3")}, "[default]\na = 1\nc = 3\n"},
	{"delete in no section", "[default]\na = 1\n", awsconfig.Edit{Name: "x", Delete: []string{"a"}}, "[default]\na = 1\n"},
	{"header deeper than the empty section", "[profile a]\n    [profile b]\n", profile("a", "x", "1"), "[profile a]\n    x = 1\n    [profile b]\n"},
	{"inherited key is set in the section", "[DEFAULT]\nregion = a\n[profile b]\n", profile("b", "region", "c"), "[DEFAULT]\nregion = a\n[profile b]\nregion = c\n"},
	{"block with a key twice", "[default]\ns3 =\n  a = 1\n  a = 2\n", profileBlock("default", "s3", "a", "3"), "[default]\ns3 =\n  a = 1\n  a = 3\n"},
}

func TestEdit(t *testing.T) {
	for _, tt := range edits {
		t.Run(tt.name, func(t *testing.T) {
			got, err := awsconfig.Edited("config", tt.before, tt.edit)
			if err != nil || got != tt.after {
				t.Errorf("%q became, %v,\n%q, want\n%q", tt.before, err, got, tt.after)
			}
			again, err := awsconfig.Edited("config", got, tt.edit)
			if err != nil || again != got {
				t.Errorf("%q became, the second time, %v,\n%q", got, err, again)
			}
		})
	}
}

func TestEditRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit awsconfig.Edit
		want string
	}{
		{"line feed in a value", profile("a", "b", "x\n[profile default]\ncredential_process = touch p"), "line break"},
		{"carriage return in a value", profile("a", "b", "x\ry"), "line break"},
		{"NUL in a value", profile("a", "b", "x\x00"), "control character"},
		{"next line in a value", profile("a", "b", "x\u0085y"), "line break"},
		{"line separator in a value", profile("a", "b", "x\u2028y"), "line break"},
		{"escape in a value", profile("a", "b", "\x1b[31m"), "control character"},
		{"invalid UTF-8 in a value", profile("a", "b", "\xff"), "UTF-8"},
		{"surrogate in a value", profile("a", "b", "\xed\xa0\x80"), "UTF-8"},
		{"space before a value", profile("a", "b", " x"), "space"},
		{"space after a value", profile("a", "b", "x\u3000"), "space"},
		{"comment in a value", profile("a", "b", "x # y"), "comment"},
		{"line feed in a block's value", profileBlock("a", "s3", "b", "x\ny"), "line break"},
		{"line feed in a key", profile("a", "b\nc", "x"), "line break"},
		{"delimiter in a key", profile("a", "b=c", "x"), "something else"},
		{"comment as a key", profile("a", "#b", "x"), "something else"},
		{"header as a key", profile("a", "[b]", "x"), "something else"},
		{"no key", profile("a", "", "x"), "empty"},
		{"key twice", profile("a", "b", "x", "B", "y"), "twice"},
		{"line feed in a name", profile("a\nb", "c", "x"), "line break"},
		{"tab in a name", profile("a\tb", "c", "x"), "control character"},
		{"bracket in a name", profile("a]b", "c", "x"), "differently"},
		{"quote in a name", profile("a'b", "c", "x"), "differently"},
		{"backslash in a name", profile(`a\b`, "c", "x"), "differently"},
		{"space after a name", profile("a ", "c", "x"), "space"},
		{"no name", profile("", "c", "x"), "empty"},
		{"section that all inherit", awsconfig.Edit{Kind: awsconfig.KindCredentials, Name: "DEFAULT", Set: set("c", "x")}, "not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := awsconfig.Edited("config", "[default]\n", tt.edit)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v and %q, want %q", err, got, tt.want)
			}
		})
	}
}

func TestEditRefusesABrokenFile(t *testing.T) {
	for _, text := range []string{"[profile a]\nb = 1\nb = 2\n", "[profile a]\n[profile a]\n", "junk", "[a\n", "\ufeff[default]\n"} {
		_, err := awsconfig.Edited("config", text, profile("a", "c", "x"))
		if e, ok := errors.AsType[*awsconfig.SyntaxError](err); !ok || e.Path != "config" || e.Line == 0 {
			t.Errorf("%q: error %v, want a SyntaxError with its line", text, err)
		}
	}
}

// An error about a value must not show it: it may be a secret.
func TestEditErrorsHideValues(t *testing.T) {
	for _, value := range []string{"hunter2\n", " hunter2", "hunter2 # x"} {
		_, err := awsconfig.Edited("config", "", profile("a", "aws_secret_access_key", value))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v", err)
		}
	}
}
