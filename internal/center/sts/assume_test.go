package sts_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"latchkey/internal/center/policy"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
)

const (
	deploy  = "arn:aws:iam::123456789022:role/ci/Deploy"
	release = "arn:aws:iam::123456789011:role/Release"
)

func allow(resources ...string) policy.Policies {
	return policy.Policies{Inline: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity"],"Resource":["` +
		strings.Join(resources, `","`) + `"]}]}`}
}

// ask sends a signed request of an operation, and returns status, code and body.
func ask(t *testing.T, s *sts.Service, key vendor.Credentials, action string, params map[string]string) (status int, code, body string) {
	t.Helper()
	values := url.Values{"Action": {action}, "Version": {"2011-06-15"}}
	for name, value := range params {
		values.Set(name, value)
	}
	text := values.Encode()
	r := httptest.NewRequest("POST", "http://center.test/", strings.NewReader(text))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials(key), r, hash(text), "sts", "us-east-1", s.Now()); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if m := regexp.MustCompile(`<Code>(\w+)</Code>`).FindStringSubmatch(w.Body.String()); m != nil {
		code = m[1]
	}
	return w.Code, code, w.Body.String()
}

func assume(changes map[string]string) map[string]string {
	params := map[string]string{"RoleArn": deploy, "RoleSessionName": "alice-ci"}
	maps.Copy(params, changes)
	maps.DeleteFunc(params, func(_, value string) bool { return value == "-" })
	return params
}

func TestAssumeRoleHasTheShapeOfSTS(t *testing.T) {
	s := newService()
	s.Store.(*fakeStore).policies = allow(deploy)
	status, _, body := ask(t, s, issue(t, s, alice), "AssumeRole", assume(nil))
	want := regexp.MustCompile(`^<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>` +
		`<AssumedRoleUser><Arn>arn:aws:sts::123456789022:assumed-role/Deploy/alice-ci</Arn><AssumedRoleId>AROA[A-Z2-7]{17}:alice-ci</AssumedRoleId></AssumedRoleUser>` +
		`<Credentials><AccessKeyId>ASIA[A-Z2-7]{16}</AccessKeyId><SecretAccessKey>[A-Za-z0-9+/]{40}</SecretAccessKey>` +
		`<SessionToken>[A-Za-z0-9+/]{300,800}={0,2}</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration></Credentials></AssumeRoleResult>` +
		`<ResponseMetadata><RequestId>[0-9a-f-]{36}</RequestId></ResponseMetadata></AssumeRoleResponse>\n$`)
	if status != http.StatusOK || !want.MatchString(body) {
		t.Errorf("%d %s", status, body)
	}
}

// sdkAssume assumes a role by the SDK and returns the role's credentials.
func sdkAssume(t *testing.T, server *httptest.Server, key vendor.Credentials, in awssts.AssumeRoleInput) (vendor.Credentials, *awssts.AssumeRoleOutput) {
	t.Helper()
	out, err := sdkClient(server, credentials(key)).AssumeRole(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	return vendor.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}, out
}

// TestChain: A→B→C as the permission set of A says, each time with the role's own
// name, and for no more than it says.
func TestChain(t *testing.T) {
	s, server := serve(t)
	s.Store.(*fakeStore).policies = allow(deploy, release)
	b, out := sdkAssume(t, server, issue(t, s, alice), awssts.AssumeRoleInput{
		RoleArn: aws.String(deploy), RoleSessionName: aws.String("one"), SourceIdentity: aws.String("alice"),
		DurationSeconds: aws.Int32(900), ExternalId: aws.String("x:1/2"),
	})
	if aws.ToString(out.SourceIdentity) != "alice" || time.Until(*out.Credentials.Expiration).Round(time.Minute) != 15*time.Minute {
		t.Errorf("source identity %v, expires %v", out.SourceIdentity, out.Credentials.Expiration)
	}
	c, out := sdkAssume(t, server, b, awssts.AssumeRoleInput{RoleArn: aws.String(release), RoleSessionName: aws.String("two")})
	if got, want := *out.AssumedRoleUser.Arn, "arn:aws:sts::123456789011:assumed-role/Release/two"; got != want || aws.ToString(out.SourceIdentity) != "alice" {
		t.Errorf("ARN %s, source identity %v", got, out.SourceIdentity)
	}
	who, err := sdkClient(server, credentials(c)).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != *out.AssumedRoleUser.Arn || *who.UserId != *out.AssumedRoleUser.AssumedRoleId {
		t.Errorf("%+v, %v", who, err)
	}
	got := session(t, s, c)
	if got.UserID != "u-alice" || got.PermissionSetID != "p-read" || got.Home != "123456789011" || got.Source != sts.FromAssumeRole {
		t.Errorf("the origin is lost: %+v", got)
	}
	_, err = sdkClient(server, credentials(c)).AssumeRole(t.Context(), &awssts.AssumeRoleInput{
		RoleArn: aws.String(release + "2"), RoleSessionName: aws.String("three")})
	if err == nil || !strings.Contains(err.Error(), "AccessDenied: User: "+*who.Arn+" is not authorized to perform: sts:AssumeRole on resource: "+release+"2") {
		t.Errorf("a role that is not allowed: %v", err)
	}
}

func TestWhoMayAssume(t *testing.T) {
	const none = "User: SELF is not authorized to perform: sts:AssumeRole on resource: ROLE<"
	all := allow("arn:aws:iam::*")
	for _, tt := range []struct {
		name     string
		policies policy.Policies
		change   func(*fakeStore)
		params   map[string]string
		message  string // "" for allowed
	}{
		{"as the policy says", allow("arn:aws:iam::*:role/ci/*"), nil, nil, ""},
		{"no policy", policy.Policies{}, nil, nil, none},
		{"another role", allow(release), nil, nil, none},
		{"a policy that is none", policy.Policies{Inline: "{"}, nil, nil, none},
		{"denied", policy.Policies{Inline: `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`, Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}},
			nil, nil, strings.TrimSuffix(none, "<") + " with an explicit deny in an identity-based policy<"},
		{"administrator", policy.Policies{Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, nil, map[string]string{"RoleArn": release}, ""},
		{"administrator elsewhere", policy.Policies{Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, nil, nil, none},
		{"everything elsewhere", allow("*"), nil, nil, none},
		{"everything else elsewhere", policy.Policies{Inline: `{"Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x"}}`}, nil, nil, none},
		{"everything at home", allow("*"), nil, map[string]string{"RoleArn": release}, ""},
		{"no longer assigned", all, func(f *fakeStore) { f.gone = true }, nil, none},
		{"no such account", all, nil, map[string]string{"RoleArn": "arn:aws:iam::123456789033:role/Deploy"}, none},
		{"a permission set's", all, nil, map[string]string{"RoleArn": "arn:aws:iam::123456789022:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0123456789abcdef"}, none},
		{"its name elsewhere", all, nil, map[string]string{"RoleArn": "arn:aws:iam::123456789022:role/awsreservedsso_ReadOnly_0123456789abcdef"}, none},
		{"a service's", all, nil, map[string]string{"RoleArn": "arn:aws:iam::123456789022:role/aws-service-role/x/y"}, none},
		{"another partition", all, nil, map[string]string{"RoleArn": "arn:aws-cn:iam::123456789022:role/Deploy"}, none},
		{"a source identity, which is another action",
			policy.Policies{Inline: `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*"}}`},
			nil, map[string]string{"SourceIdentity": "alice"}, strings.Replace(none, "AssumeRole", "SetSourceIdentity", 1)},
	} {
		s := newService()
		store, log := s.Store.(*fakeStore), s.Audit.(*recorder)
		store.policies = tt.policies
		key := issue(t, s, alice)
		if tt.change != nil {
			tt.change(store)
		}
		params := assume(tt.params)
		status, code, body := ask(t, s, key, "AssumeRole", params)
		outcome := "ok"
		if tt.message != "" {
			outcome = "not authorized"
			message := strings.NewReplacer("SELF", key.ARN, "ROLE", params["RoleArn"]).Replace(tt.message)
			if status != http.StatusForbidden || code != "AccessDenied" || !strings.Contains(body, message) {
				t.Errorf("%s: %d %s", tt.name, status, body)
			}
		} else if status != http.StatusOK {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
		if len(log.events) != 1 || log.events[0].Action != "assume role" || log.events[0].Outcome != outcome || log.events[0].User != "alice" ||
			log.events[0].Details["role"] != params["RoleArn"] || (log.events[0].Details["access_key"] != "") != (outcome == "ok") {
			t.Errorf("%s: recorded %+v", tt.name, log.events)
		}
	}
}

func TestSourceIdentityStays(t *testing.T) {
	s, server := serve(t)
	s.Store.(*fakeStore).policies = allow("arn:aws:iam::*")
	b, _ := sdkAssume(t, server, issue(t, s, alice), awssts.AssumeRoleInput{RoleArn: aws.String(deploy), RoleSessionName: aws.String("one"), SourceIdentity: aws.String("alice")})
	status, code, body := ask(t, s, b, "AssumeRole", assume(map[string]string{"SourceIdentity": "bob"}))
	if status != http.StatusForbidden || code != "AccessDenied" || !strings.Contains(body, "sts:SetSourceIdentity") {
		t.Errorf("another: %d %s", status, body)
	}
	if status, _, body := ask(t, s, b, "AssumeRole", assume(map[string]string{"SourceIdentity": "alice"})); status != http.StatusOK {
		t.Errorf("the same: %d %s", status, body)
	}
}

func TestAssumeRoleValidates(t *testing.T) {
	long := strings.Repeat("a", 65)
	for _, tt := range []struct{ name, value, message string }{
		{"RoleArn", "-", "1 validation error detected: Value null at &#39;roleArn&#39; failed to satisfy constraint: Member must not be null"},
		{"RoleArn", "arn:aws:iam::1:r/x", "at &#39;roleArn&#39; failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"RoleArn", "arn:aws:iam::" + strings.Repeat("1", 2048), "Member must have length less than or equal to 2048"},
		{"RoleArn", "arn:aws:iam::12345678902:role/Deploy", "arn:aws:iam::12345678902:role/Deploy is invalid"},
		{"RoleArn", "arn:aws:iam::123456789022:user/Deploy", "is invalid"},
		{"RoleArn", "arn:aws:iam::123456789022:role/größe", "is invalid"},
		{"RoleArn", "arn:aws:iam::123456789022:role/a b", "is invalid"},
		{"RoleArn", "arn:aws:iam::123456789022:role/ci/", "is invalid"},
		{"RoleArn", "arn:aws:iam::123456789022:role/" + long, "is invalid"},
		{"RoleArn", "arn:aws:sts::123456789022:assumed-role/a/b", "is invalid"},
		{"RoleSessionName", "-", "Value null at &#39;roleSessionName&#39;"},
		{"RoleSessionName", "a", "Value &#39;a&#39; at &#39;roleSessionName&#39; failed to satisfy constraint: Member must have length greater than or equal to 2"},
		{"RoleSessionName", long, "Member must have length less than or equal to 64"},
		{"RoleSessionName", "a/b", `Value &#39;a/b&#39; at &#39;roleSessionName&#39; failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{"DurationSeconds", "899", "Value &#39;899&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"DurationSeconds", "43201", "Member must have value less than or equal to 43200"},
		{"DurationSeconds", "3601", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"},
		{"DurationSeconds", "an hour", "at &#39;durationSeconds&#39;"},
		{"DurationSeconds", "", "at &#39;durationSeconds&#39;"},
		{"ExternalId", "x", "at &#39;externalId&#39;"},
		{"ExternalId", "x y", `[\w+=,.@:\/-]*`},
		{"SourceIdentity", "x", "at &#39;sourceIdentity&#39;"},
		{"SourceIdentity", "", "at &#39;sourceIdentity&#39;"},
		{"Policy", "{}", "does not support the parameter Policy of"},
		{"Policy", "", "does not support the parameter Policy of"},
		{"PolicyArns.member.1.arn", "x", "does not support the parameter PolicyArns of"},
		{"Tags.member.1.Key", "x", "does not support the parameter Tags of"},
		{"TransitiveTagKeys.member.1", "x", "does not support the parameter TransitiveTagKeys of"},
		{"ProvidedContexts.member.1.ProviderArn", "x", "does not support the parameter ProvidedContexts of"},
		{"SerialNumber", "x", "does not support the parameter SerialNumber of"},
		{"TokenCode", "123456", "does not support the parameter TokenCode of"},
	} {
		s := newService()
		s.Store.(*fakeStore).policies = allow("arn:aws:iam::*")
		status, code, body := ask(t, s, issue(t, s, alice), "AssumeRole", assume(map[string]string{tt.name: tt.value}))
		if status != http.StatusBadRequest || code != "ValidationError" || !strings.Contains(body, tt.message) {
			t.Errorf("%s %.60q: %d %s", tt.name, tt.value, status, body)
		}
	}
}

func TestGetSessionTokenIsNotForSessions(t *testing.T) {
	s := newService()
	status, code, body := ask(t, s, issue(t, s, alice), "GetSessionToken", nil)
	if status != http.StatusForbidden || code != "AccessDenied" || !strings.Contains(body, "Cannot call GetSessionToken with session credentials") {
		t.Errorf("%d %s", status, body)
	}
	if events := s.Audit.(*recorder).events; len(events) != 1 || events[0].Action != "session token" || events[0].User != "alice" {
		t.Errorf("recorded %+v", events)
	}
}

func TestGetAccessKeyInfo(t *testing.T) {
	s, server := serve(t)
	key := issue(t, s, alice)
	there := alice
	there.AccountID = "999999999999"
	out, err := sdkClient(server, credentials(key)).GetAccessKeyInfo(t.Context(), &awssts.GetAccessKeyInfoInput{AccessKeyId: aws.String(issue(t, s, there).AccessKeyID)})
	if err != nil || *out.Account != "999999999999" {
		t.Errorf("%+v, %v", out, err)
	}
	for id, want := range map[string]string{
		"-": "ValidationError", "ASIA": "ValidationError", strings.Repeat("A", 129): "ValidationError",
		"ASIAY34FZKBOKMUTVV7A": "InvalidClientTokenId", "AKIAIOSFODNN7EXAMPLE": "InvalidClientTokenId",
	} {
		params := map[string]string{"AccessKeyId": id}
		if id == "-" {
			params = nil
		}
		if _, code, body := ask(t, s, key, "GetAccessKeyInfo", params); code != want {
			t.Errorf("%q: %s", id, body)
		}
	}
}

// TestWhatFailsInside: it tells the log alone, and gives no credentials.
func TestWhatFailsInside(t *testing.T) {
	fire := errors.New("disk on fire")
	for name, fail := range map[string]func(*sts.Service){
		"directory": func(s *sts.Service) { s.Store.(*fakeStore).err = fire },
		"record":    func(s *sts.Service) { s.Audit.(*recorder).err = fire },
		"record of a refusal": func(s *sts.Service) {
			s.Audit.(*recorder).err, s.Store.(*fakeStore).gone = fire, true
		},
	} {
		s := newService()
		s.Store.(*fakeStore).policies = allow("arn:aws:iam::*")
		key := issue(t, s, alice)
		var log logged
		s.Logger = log.logger()
		fail(s)
		status, code, body := ask(t, s, key, "AssumeRole", assume(nil))
		if status != http.StatusInternalServerError || code != "InternalFailure" || strings.Contains(body, "fire") || strings.Contains(body, "<Credentials>") {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if !strings.Contains(log.String(), "disk on fire") || strings.Contains(log.String(), key.SessionToken) {
			t.Errorf("%s: log %s", name, log.String())
		}
	}
}

// TestEndedCredentialsAssumeNothing: a chain cannot outlive its credentials.
func TestEndedCredentialsAssumeNothing(t *testing.T) {
	s := newService()
	s.Store.(*fakeStore).policies = allow("arn:aws:iam::*")
	key := issue(t, s, alice)
	s.Now = func() time.Time { return noon.Add(time.Hour) }
	if _, code, body := ask(t, s, key, "AssumeRole", assume(nil)); code != "ExpiredToken" {
		t.Error(body)
	}
}

// FuzzAssumeRole: whatever is asked for, the answer is one of the protocol, and
// credentials are of a role that the policy names.
func FuzzAssumeRole(f *testing.F) {
	f.Add(deploy, "alice", "900", "")
	f.Add("arn:aws:iam::123456789022:role/*/x", "\x00", "-1", "<")
	f.Add(release, "..", "3600", "alice")
	s := newService()
	s.Store.(*fakeStore).policies = allow(deploy, "arn:aws:iam::123456789022:role/a*")
	key, err := s.Vend(context.Background(), alice)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, arn, name, duration, identity string) {
		status, code, body := ask(t, s, key, "AssumeRole", map[string]string{
			"RoleArn": arn, "RoleSessionName": name, "DurationSeconds": duration, "SourceIdentity": identity})
		if status == http.StatusOK {
			if arn != deploy && !strings.HasPrefix(arn, "arn:aws:iam::123456789022:role/a") || len(name) < 2 || len(name) > 64 {
				t.Fatalf("%q as %q: %s", arn, name, body)
			}
			return
		}
		if !slices.Contains([]string{"ValidationError", "AccessDenied"}, code) {
			t.Fatalf("%q, %q: %d %s", arn, name, status, body)
		}
	})
}
