package awsconfig_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKindAndProblem(t *testing.T) {
	const config = ssoConfig + `
[profile role]
role_arn = arn:aws:iam::1:role/x
source_profile = legacy
sso_account_id = 1
[profile role2]
role_arn = arn:aws:iam::1:role/x
source_profile = role
[profile orphan]
role_arn = arn:aws:iam::1:role/x
source_profile = none
[profile loop1]
role_arn = arn:aws:iam::1:role/x
source_profile = loop2
[profile loop2]
role_arn = arn:aws:iam::1:role/x
source_profile = loop1
[profile self]
role_arn = arn:aws:iam::1:role/x
source_profile = self
aws_access_key_id = AKIA
[profile web]
role_arn = arn:aws:iam::1:role/x
web_identity_token_file = /t
[profile static]
aws_access_key_id = AKIA
aws_secret_access_key = x
credential_process = y
[profile halfstatic]
aws_access_key_id = AKIA
[profile process]
credential_process = y
[profile center]
sso_start_url = u
sso_region = r
services = gone
`
	c := parse(t, config, "[plain]\naws_access_key_id = AKIA\naws_secret_access_key = x\n")
	for _, tt := range []struct{ profile, kind, problem string }{
		{"legacy", "legacy-sso", ""},
		{"portal", "legacy-sso", ""},
		{"no-region", "legacy-sso", "no sso_account_id, sso_region"},
		{"corp", "sso", ""},
		{"bearer", "sso", ""},
		{"lost", "sso", `sso-session "nowhere"`},
		{"torn", "sso", "another sso_region"},
		{"plain", "static", ""},
		{"role", "assume-role", ""},
		{"role2", "assume-role", ""},
		{"orphan", "assume-role", `source_profile "none"`},
		{"loop1", "assume-role", "leads back"},
		{"self", "assume-role", ""},
		{"web", "assume-role", ""},
		{"static", "static", ""},
		{"halfstatic", "static", "no aws_secret_access_key"},
		{"process", "process", ""},
		{"center", "legacy-sso", `services section "gone"`},
		{"none", "other", "neither"},
	} {
		if got := c.Kind(tt.profile); got != tt.kind {
			t.Errorf("Kind(%q) = %q, want %q", tt.profile, got, tt.kind)
		}
		problem := c.Problem(tt.profile)
		if !strings.Contains(problem, tt.problem) || tt.problem == "" && problem != "" {
			t.Errorf("Problem(%q) = %q, want %q in it", tt.profile, problem, tt.problem)
		}
	}
}

func TestWarnings(t *testing.T) {
	const config = `[ profile x ]
[profile my profile]
region = "x"
[foo]
[profile]
[Default]
[profile default]
region = x # c
[default]
[preview]
[sso-session a b]
`
	var got []string
	for _, w := range parse(t, config, "").Warnings() {
		got = append(got, fmt.Sprintf("%s:%d: %s (%s)", w.Path, w.Line, w.Text, w.Hint))
	}
	want := []string{
		"config:1: [ profile x ] is ignored: there is a space next to the bracket (write [profile x])",
		"config:2: [profile my profile] is ignored: a name with spaces needs quotes (write [profile 'my profile'])",
		"config:3: the quotes are part of the value of region (remove them)",
		"config:4: [foo] is no profile in this file (write [profile foo])",
		"config:5: [profile] is ignored: no name can be read from it (write [profile NAME])",
		"config:6: [Default] is not the default profile (write [default])",
		"config:7: [profile default] does not count: [default] on line 9 replaces it (merge the two sections)",
		"config:8: the value of region goes on to the end of the line: there are no comments after a value (put the comment on a line of its own)",
		"config:11: [sso-session a b] is ignored: a name with spaces needs quotes (write [sso-session 'a b'])",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
