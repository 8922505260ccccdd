package directory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/directory"
)

func set(change func(*directory.PermissionSet)) directory.PermissionSet {
	s := directory.PermissionSet{Name: "ReadOnly", SessionDuration: time.Hour}
	change(&s)
	return s
}

func TestPermissionSetCheck(t *testing.T) {
	statement := `{"Effect":"Deny","Action":"*","Resource":"*"}`
	full := `{"Statement":[` + strings.Repeat(statement+",", 225) + statement + `]}`
	for _, tt := range []struct {
		what string
		set  directory.PermissionSet
		want string // part of the error, "" for none
	}{
		{"least", set(func(*directory.PermissionSet) {}), ""},
		{"longest name", set(func(s *directory.PermissionSet) { s.Name = strings.Repeat("n", 32) }), ""},
		{"name", set(func(s *directory.PermissionSet) { s.Name = strings.Repeat("n", 33) }), "must be 1 to 32"},
		{"longest description", set(func(s *directory.PermissionSet) { s.Description = strings.Repeat("é", 700) }), ""},
		{"description", set(func(s *directory.PermissionSet) { s.Description = strings.Repeat("é", 701) }), "too long"},
		{"description of lines", set(func(s *directory.PermissionSet) { s.Description = "a\nb" }), "control"},
		{"12 hours", set(func(s *directory.PermissionSet) { s.SessionDuration = 12 * time.Hour }), ""},
		{"duration", set(func(s *directory.PermissionSet) { s.SessionDuration = 12*time.Hour + 1 }), "not from 1h to 12h"},
		{"no duration", set(func(s *directory.PermissionSet) { s.SessionDuration = 0 }), "not from 1h to 12h"},
		{"20 policies", set(func(s *directory.PermissionSet) { s.ManagedPolicies = arns(20) }), ""},
		{"21 policies", set(func(s *directory.PermissionSet) { s.ManagedPolicies = arns(21) }), "more than 20"},
		{"twice a policy", set(func(s *directory.PermissionSet) { s.ManagedPolicies = append(arns(1), arns(1)...) }), "twice"},
		{"China", set(func(s *directory.PermissionSet) { s.ManagedPolicies = []string{"arn:aws-cn:iam::aws:policy/a/b"} }), ""},
		{"full policy", set(func(s *directory.PermissionSet) { s.InlinePolicy = full }), "more than 10240"},
		{"policy of spaces", set(func(s *directory.PermissionSet) { s.InlinePolicy = spaces(`{"Statement":[]}`, 32768) }), ""},
		{"too long a policy", set(func(s *directory.PermissionSet) { s.InlinePolicy = spaces(`{"Statement":[]}`, 32769) }), "longer than 32768"},
		{"policy of Asia", set(func(s *directory.PermissionSet) { s.InlinePolicy = `{"Id":"北","Statement":[]}` }), "U+00FF"},
		{"no policy", set(func(s *directory.PermissionSet) { s.InlinePolicy = `[]` }), "not a JSON object"},
		{"75 tags", set(func(s *directory.PermissionSet) { s.Tags = tags(75) }), ""},
		{"76 tags", set(func(s *directory.PermissionSet) { s.Tags = tags(76) }), "more than 75"},
		{"long tag", set(func(s *directory.PermissionSet) { s.Tags = map[string]string{strings.Repeat("k", 129): ""} }), "longer than 128"},
		{"long value", set(func(s *directory.PermissionSet) { s.Tags = map[string]string{"k": strings.Repeat("v", 257)} }), "its value than 256"},
		{"no key", set(func(s *directory.PermissionSet) { s.Tags = map[string]string{"": "v"} }), "no key"},
		{"AWS's tag", set(func(s *directory.PermissionSet) { s.Tags = map[string]string{"AWS:x": "v"} }), "AWS's own"},
		{"tag of quotes", set(func(s *directory.PermissionSet) { s.Tags = map[string]string{"k": `"`} }), "may have letters"},
	} {
		err := tt.set.Check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.want)
		}
	}
}

func arns(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint("arn:aws:iam::aws:policy/P", i))
	}
	return all
}

func tags(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprint("key ", i)] = "é"
	}
	return all
}

func spaces(document string, length int) string {
	return document + strings.Repeat(" ", length-len(document))
}

// A relay state is where a person is sent with the center's word: AWS's console,
// or the center itself.
func TestRelayState(t *testing.T) {
	for _, good := range []string{
		"", "/", "/start", "/start?a=b#c", "https://console.aws.amazon.com", "https://console.aws.amazon.com/s3/home?region=eu-central-1#",
		"https://eu-central-1.console.aws.amazon.com/", "https://console.amazonaws.cn/", "https://console.amazonaws-us-gov.com/x",
	} {
		if err := directory.ValidRelayState(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"//example.com", "///example.com", "/\\example.com", "\\\\example.com", "https://example.com/", "http://console.aws.amazon.com/",
		"https://console.aws.amazon.com.example.com/", "https://consoleaws.amazon.com/", "https://evilaws.amazon.com/", "https://aws.amazon.com@example.com/",
		"https://x:y@console.aws.amazon.com/", "https://console.aws.amazon.com:8443/", "https://example.com/console.aws.amazon.com",
		"https://example.com#.aws.amazon.com", "https://example.com?.aws.amazon.com", "https:console.aws.amazon.com", "https:///console.aws.amazon.com",
		"javascript:alert(1)", "data:text/html,x", "start", "ftp://console.aws.amazon.com/", "https://console.aws.amazon.com/\n", "https://console.aws.amazon.com/é",
		"https://[::1]/", "https://console.aws.amazon.com/" + strings.Repeat("x", 240), " https://console.aws.amazon.com/", "https://%65xample.com/",
	} {
		if directory.ValidRelayState(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestNames(t *testing.T) {
	for _, check := range []error{
		directory.User{Name: "a b"}.Check(), directory.User{Name: "a", Email: "x\ny"}.Check(), directory.User{Name: "a", Email: "\u202e"}.Check(),
		directory.User{Name: "a", Email: "x"}.Check(), directory.User{Name: "a", Email: "@example.com"}.Check(), directory.User{Name: "a", Email: "a@"}.Check(),
		directory.User{Name: "a", Email: "a@b@example.com"}.Check(), directory.User{Name: "a", Email: "A B <a@example.com>"}.Check(),
		directory.Account{ID: "123456789011", Name: "a", Email: "root"}.Check(),
		directory.Group{}.Check(), directory.Group{Name: strings.Repeat("g", 129)}.Check(), directory.Group{Name: "\x1b"}.Check(),
		directory.Account{ID: "1", Name: "a"}.Check(), directory.Account{ID: "123456789011"}.Check(), directory.Account{ID: "123456789011", Name: "a", Email: "\xff"}.Check(),
	} {
		if check == nil {
			t.Error("a name that cannot be is taken")
		}
	}
	for _, check := range []error{
		directory.User{Name: "a_+=,.@-Z9", Email: "é@example.com"}.Check(), directory.User{Name: "a", Email: "root@localhost"}.Check(), directory.Group{Name: "The Group"}.Check(),
		directory.Account{ID: "000000000000", Name: "北京"}.Check(),
	} {
		if check != nil {
			t.Error(check)
		}
	}
}
