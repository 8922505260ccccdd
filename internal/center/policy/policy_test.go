package policy_test

import (
	"strings"
	"testing"

	"latchkey/internal/center/policy"
)

const (
	action = "sts:AssumeRole"
	deploy = "arn:aws:iam::123456789022:role/ci/Deploy"
)

func statement(effect, rest string) string {
	return `{"Effect":"` + effect + `",` + rest + `}`
}

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const all = `"Action":"*","Resource":"*"`

func TestEvaluate(t *testing.T) {
	allow, deny := statement("Allow", all), statement("Deny", all)
	const onAll = `,"Resource":"*"`
	for _, tt := range []struct {
		name, inline string
		managed      string
		want         policy.Decision
	}{
		{"nothing", "", "", policy.NotAllowed},
		{"no statement", document(), "", policy.NotAllowed},
		{"one statement, no list", `{"Statement":` + allow + `}`, "", policy.Allowed},
		{"everything", document(allow), "", policy.Allowed},
		{"deny after allow", document(allow, deny), "", policy.Denied},
		{"deny before allow", document(deny, allow), "", policy.Denied},
		{"the action", document(statement("Allow", `"Action":"sts:AssumeRole"`+onAll)), "", policy.Allowed},
		{"in other letters", document(statement("Allow", `"Action":"STS:assumerole"`+onAll)), "", policy.Allowed},
		{"of a list", document(statement("Allow", `"Action":["s3:*","sts:Assume*"]`+onAll)), "", policy.Allowed},
		{"with ?", document(statement("Allow", `"Action":"sts:AssumeRol?"`+onAll)), "", policy.Allowed},
		{"of a longer name", document(statement("Allow", `"Action":"sts:AssumeRoleWithSAML"`+onAll)), "", policy.NotAllowed},
		{"another", document(statement("Allow", `"Action":"s3:*"`+onAll)), "", policy.NotAllowed},
		{"not the action", document(statement("Allow", `"NotAction":"sts:*"`+onAll)), "", policy.NotAllowed},
		{"not another action", document(statement("Allow", `"NotAction":["iam:*","s3:*"]`+onAll)), "", policy.Allowed},
		{"deny all but it", document(allow, statement("Deny", `"NotAction":"sts:AssumeRole"`+onAll)), "", policy.Allowed},
		{"the role", document(statement("Allow", `"Action":"*","Resource":"`+deploy+`"`)), "", policy.Allowed},
		{"the role in other letters", document(statement("Allow", `"Action":"*","Resource":"`+strings.ToLower(deploy)+`"`)), "", policy.NotAllowed},
		{"a role of any account", document(statement("Allow", `"Action":"*","Resource":"arn:aws:iam::*:role/ci/*"`)), "", policy.Allowed},
		{"without its path", document(statement("Allow", `"Action":"*","Resource":"arn:aws:iam::123456789022:role/Deploy"`)), "", policy.NotAllowed},
		{"another account", document(statement("Allow", `"Action":"*","Resource":"arn:aws:iam::123456789011:role/*"`)), "", policy.NotAllowed},
		{"all roles but it", document(statement("Allow", `"Action":"*","NotResource":"`+deploy+`"`)), "", policy.NotAllowed},
		{"deny all roles but it", document(allow, statement("Deny", `"Action":"*","NotResource":"`+deploy+`"`)), "", policy.Allowed},
		{"allow on a condition", document(statement("Allow", all+`,"Condition":{"Bool":{"a":"b"}}`)), "", policy.NotAllowed},
		{"deny on a condition", document(allow, statement("Deny", all+`,"Condition":{"Bool":{"a":"b"}}`)), "", policy.Denied},
		{"deny on no condition at all", document(allow, statement("Deny", all+`,"Condition":null`)), "", policy.Denied},
		{"allow on a variable", document(statement("Allow", `"Action":"*","Resource":"arn:aws:iam::*:role/${aws:username}"`)), "", policy.NotAllowed},
		{"allow on all but a variable", document(statement("Allow", `"Action":"*","NotResource":"arn:aws:iam::*:role/${aws:username}"`)), "", policy.NotAllowed},
		{"deny on a variable", document(allow, statement("Deny", `"Action":"*","Resource":"arn:aws:iam::*:role/${aws:username}"`)), "", policy.Denied},
		{"administrator", "", "arn:aws:iam::aws:policy/AdministratorAccess", policy.Allowed},
		{"administrator in China", "", "arn:aws-cn:iam::aws:policy/AdministratorAccess", policy.Allowed},
		{"power user", "", "arn:aws:iam::aws:policy/PowerUserAccess", policy.Allowed},
		{"read only", "", "arn:aws:iam::aws:policy/ReadOnlyAccess", policy.NotAllowed},
		{"a policy of that name in an account", "", "arn:aws:iam::123456789022:policy/AdministratorAccess", policy.NotAllowed},
		{"denied administrator", document(deny), "arn:aws:iam::aws:policy/AdministratorAccess", policy.Denied},
	} {
		p := policy.Policies{Inline: tt.inline}
		if tt.managed != "" {
			p.Managed = []string{tt.managed}
		}
		if got, err := p.Evaluate(action, deploy); got != tt.want || err != nil {
			t.Errorf("%s: got %v, %v, want %v\n%s", tt.name, got, err, tt.want, tt.inline)
		}
	}
}

// What is somebody else's is allowed by name alone, and denied by anything.
func TestEvaluateNamed(t *testing.T) {
	named := statement("Allow", `"Action":"*","Resource":["*","arn:aws:iam::*:role/ci/*"]`)
	for _, tt := range []struct {
		name, inline string
		want         policy.Decision
	}{
		{"everything", document(statement("Allow", all)), policy.NotAllowed},
		{"all but another", document(statement("Allow", `"Action":"*","NotResource":"arn:aws:s3:::x"`)), policy.NotAllowed},
		{"a role of any account, and everything", document(named), policy.Allowed},
		{"another role, and everything", document(statement("Allow", `"Action":"*","Resource":["*","arn:aws:iam::*:role/x"]`)), policy.NotAllowed},
		{"named, and everything denied", document(named, statement("Deny", all)), policy.Denied},
	} {
		p := policy.Policies{Inline: tt.inline}
		if got, err := p.EvaluateNamed(action, deploy); got != tt.want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	p := policy.Policies{Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}
	if got, err := p.EvaluateNamed(action, deploy); got != policy.NotAllowed || err != nil {
		t.Errorf("an administrator: got %v, %v", got, err)
	}
}

func TestPowerUserMayNotChangePeople(t *testing.T) {
	p := policy.Policies{Managed: []string{"arn:aws:iam::aws:policy/PowerUserAccess"}}
	if got, _ := p.Evaluate("iam:CreateUser", "*"); got != policy.NotAllowed {
		t.Errorf("got %v", got)
	}
}

func TestWhatIsNoPolicyAllowsNothing(t *testing.T) {
	for _, inline := range []string{
		"x", "[]", "null", "{}", `{"Statement":"x"}`, `{"Statement":[1]}`, `{"Statement":[{}]}`,
		document(statement("Allow", all)) + "x",
		document(statement("Allow", all)) + "{}",
		`{"Version":"2012-10-18","Statement":[]}`,
		`{"version":"2012-10-17","Statement":[]}`,
		`{"Statement":[],"Statement":[` + statement("Allow", all) + `]}`,
		document(statement("allow", all)),
		document(statement("Allow", `"Action":"*"`)),
		document(statement("Allow", `"Action":"*","NotAction":"x:y","Resource":"*"`)),
		document(statement("Allow", `"Action":[],"Resource":"*"`)),
		document(statement("Allow", `"Action":1,"Resource":"*"`)),
		document(statement("Allow", `"Action":null,"Resource":"*"`)),
		document(statement("Allow", `"action":"*","Resource":"*"`)),
		document(statement("Allow", all+`,"Principal":"*"`)),
		document(statement("Allow", all), statement("Deny", all+`,"Condtion":{}`)),
		document(statement("Allow", all+`,"Sid":"`+strings.Repeat("a", 33000)+`"`)),
	} {
		p := policy.Policies{Inline: inline, Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}
		if got, err := p.Evaluate(action, deploy); got != policy.NotAllowed || err == nil {
			t.Errorf("%s: %v, %v", inline, got, err)
		}
		if policy.Check(inline) == nil {
			t.Errorf("%s is no policy, and Check finds nothing", inline)
		}
	}
}

// FuzzPolicy: a document is read or refused, and with a Deny of everything added
// to it allows nothing.
func FuzzPolicy(f *testing.F) {
	f.Add(statement("Allow", all))
	f.Add(statement("Deny", `"NotAction":["a:*"],"NotResource":"${x}"`))
	f.Add(`{"Effect":"Allow","Action":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		decision, err := policy.Policies{Inline: document(text)}.Evaluate(action, deploy)
		if err != nil && decision != policy.NotAllowed {
			t.Fatalf("%q: %v with %v", text, decision, err)
		}
		with := policy.Policies{Inline: document(text, statement("Deny", all))}
		if got, err := with.Evaluate(action, deploy); err == nil && got != policy.Denied {
			t.Fatalf("%q: %v with everything denied", text, got)
		}
	})
}
