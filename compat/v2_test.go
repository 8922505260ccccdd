package compat_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// ruleSet leads a service to one URL whatever the region. The AWS CLI before
// 2.13 has no other way to a center: it knows neither services sections nor
// endpoint variables. Its form is that of botocore's own endpoint-rule-set-1.json.
const ruleSet = `{
  "version": "1.0",
  "parameters": {
    "Region": {"builtIn": "AWS::Region", "required": false, "type": "String"},
    "UseDualStack": {"builtIn": "AWS::UseDualStack", "required": true, "default": false, "type": "Boolean"},
    "UseFIPS": {"builtIn": "AWS::UseFIPS", "required": true, "default": false, "type": "Boolean"},
    "Endpoint": {"builtIn": "SDK::Endpoint", "required": false, "type": "String"}
  },
  "rules": [{"conditions": [], "endpoint": {"url": %q, "properties": {}, "headers": {}}, "type": "endpoint"}]
}
`

// ledTo is m with every service that a sign-in needs led to the center: by rule
// sets for the AWS CLI, by the endpoint variable for latchkey.
func ledTo(t *testing.T, m *machine, c center) *machine {
	t.Helper()
	data := filepath.Join(m.home, "aws-data")
	for _, service := range []string{"sso-oidc/2019-06-10", "sso/2019-06-10", "sts/2011-06-15"} {
		write(t, filepath.Join(data, service, "endpoint-rule-set-1.json"), fmt.Sprintf(ruleSet, c.origin))
	}
	return m.with("AWS_DATA_PATH="+data, "AWS_ENDPOINT_URL="+c.origin)
}

// manualProfile writes the guide's profile by hand, with a start URL of AWS's.
func manualProfile(t *testing.T, m *machine) {
	t.Helper()
	write(t, filepath.Join(m.home, ".aws", "config"), strings.Join([]string{
		"[profile " + profile + "]",
		"sso_start_url = " + awsStartURL,
		"sso_region = " + region,
		"sso_account_id = " + account,
		"sso_role_name = " + role,
		"region = us-west-2",
		"output = json",
		"",
	}, "\n"))
}

// TestTokenOfEitherServesBoth: who signs in with one program is signed in with
// the other.
func TestTokenOfEitherServesBoth(t *testing.T) {
	t.Parallel()
	aws, latchkey, c := cli2(t), program(t, "latchkey"), startCenter(t)
	for _, tt := range []struct{ name, signsIn, other string }{
		{"AWS CLI signs in", aws, latchkey},
		{"latchkey signs in", latchkey, aws},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			manualProfile(t, m)
			m = ledTo(t, m, c)
			login(t, m, tt.signsIn)
			who := identityOf(t, m.run(t, tt.other, "sts", "get-caller-identity", "--profile", profile))
			if own := identityOf(t, m.run(t, tt.signsIn, "sts", "get-caller-identity", "--profile", profile)); own != who {
				t.Errorf("one is %+v, the other %+v", own, who)
			}
			oneKey(t, m, aws, latchkey)
		})
	}
}

func login(t *testing.T, m *machine, program string) {
	t.Helper()
	p := m.start(t, program, "sso", "login", "--profile", profile, "--no-browser")
	allow(t, prompted(t, p))
	if code := p.wait(t); code != 0 {
		t.Fatalf("sso login: exit code %d\n%s", code, p.out)
	}
	if text, _ := p.out.state(); !strings.Contains(text, "Successfully logged into Start URL: "+awsStartURL+"\n") {
		t.Errorf("sso login printed\n%s", p.out)
	}
}

// oneKey: both programs hand out the one key of the file of role credentials.
func oneKey(t *testing.T, m *machine, aws, latchkey string) {
	t.Helper()
	type key struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	exported := func(program string) (k key) {
		t.Helper()
		printed := m.run(t, program, "configure", "export-credentials", "--profile", profile)
		if err := json.Unmarshal(printed, &k); err != nil {
			t.Fatalf("%v in %s", err, printed)
		}
		return k
	}
	ours, theirs := exported(latchkey), exported(aws)
	if ours != theirs || !strings.HasPrefix(ours.AccessKeyID, "ASIA") {
		t.Errorf("latchkey exports %q, the AWS CLI %q", ours, theirs)
	}
	files, err := filepath.Glob(filepath.Join(m.home, ".aws", "cli", "cache", "*.json"))
	if err != nil || len(files) != 1 {
		t.Errorf("role credentials in %q, %v; want one file", files, err)
	}
}

// TestSignOutOfEitherSignsOutBoth: after `sso logout` of one program the other
// has no token and no role credentials left.
func TestSignOutOfEitherSignsOutBoth(t *testing.T) {
	t.Parallel()
	aws, latchkey, c := cli2(t), program(t, "latchkey"), startCenter(t)
	for _, tt := range []struct{ name, signsIn, signsOut string }{
		{"AWS CLI signs out", latchkey, aws},
		{"latchkey signs out", aws, latchkey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			manualProfile(t, m)
			m = ledTo(t, m, c)
			login(t, m, tt.signsIn)
			m.run(t, tt.signsIn, "sts", "get-caller-identity", "--profile", profile)
			m.run(t, tt.signsOut, "sso", "logout")
			for _, program := range []string{aws, latchkey} {
				p := m.start(t, program, "sts", "get-caller-identity", "--profile", profile)
				if code := p.wait(t); code != 255 {
					t.Errorf("%s: exit code %d after signing out, want 255\n%s", program, code, p.out)
				}
			}
		})
	}
}
