package awsapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

var assumed = awsapi.AssumedRole{
	Credentials: awscred.Credentials{
		AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY", SessionToken: "AQoDYXdzEPT=",
		Expiration: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), AccountID: "123456789012",
	},
	ID: "AROA3XFRBF535PLBIFPI4:s3-access", ARN: "arn:aws:sts::123456789012:assumed-role/reader/s3-access",
}

func TestAssumeRole(t *testing.T) {
	s := newService(t, answers(t, "assume-role.xml"))
	source := awscred.Credentials{AccessKeyID: "AKIASOURCE", SecretAccessKey: "source", SessionToken: "token"}
	got, err := s.client(t).AssumeRole(t.Context(), source, awsapi.AssumeRoleInput{
		RoleARN: "arn:aws:iam::123456789012:role/reader", SessionName: "s3-access", ExternalID: "x1",
		SerialNumber: "arn:aws:iam::1:mfa/a", TokenCode: "123456", Duration: time.Hour,
	})
	if diff := cmp.Diff(assumed, got); diff != "" || err != nil {
		t.Errorf("AssumeRole: %v\n%s", err, diff)
	}
	want := []request{{"POST /", "Action=AssumeRole&DurationSeconds=3600&ExternalId=x1" +
		"&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader&RoleSessionName=s3-access" +
		"&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fa&TokenCode=123456&Version=2011-06-15"}}
	if diff := cmp.Diff(want, s.requests); diff != "" {
		t.Error(diff)
	}
	signature, token := s.headers[0].Get("Authorization"), s.headers[0].Get("X-Amz-Security-Token")
	if !strings.Contains(signature, "Credential=AKIASOURCE/") || token != "token" {
		t.Errorf("signed with %q, token %q", signature, token)
	}
}

// What is not asked for is not in the request.
func TestAssumeRolePlain(t *testing.T) {
	s := newService(t, answers(t, "assume-role.xml"))
	_, err := s.client(t).AssumeRole(t.Context(), awscred.Credentials{AccessKeyID: "A", SecretAccessKey: "s"},
		awsapi.AssumeRoleInput{RoleARN: "r", SessionName: "n"})
	want := []request{{"POST /", "Action=AssumeRole&RoleArn=r&RoleSessionName=n&Version=2011-06-15"}}
	if diff := cmp.Diff(want, s.requests); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// The token of another identity provider is all that the request is good for.
func TestAssumeRoleWithWebIdentity(t *testing.T) {
	s := newService(t, answers(t, "assume-role-with-web-identity.xml"))
	got, err := s.client(t).AssumeRoleWithWebIdentity(t.Context(), "eyJ.x.y", "arn:aws:iam::123456789012:role/reader", "s3-access")
	if diff := cmp.Diff(assumed, got); diff != "" || err != nil {
		t.Errorf("AssumeRoleWithWebIdentity: %v\n%s", err, diff)
	}
	want := []request{{"POST /", "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader" +
		"&RoleSessionName=s3-access&Version=2011-06-15&WebIdentityToken=eyJ.x.y"}}
	if diff := cmp.Diff(want, s.requests); diff != "" {
		t.Error(diff)
	}
	if got := s.headers[0].Get("Authorization"); got != "" {
		t.Errorf("signed: %s", got)
	}
}

func TestAssumeRoleWithoutCredentials(t *testing.T) {
	s := newService(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult/></AssumeRoleResponse>`))
	})
	_, err := s.client(t).AssumeRole(t.Context(), awscred.Credentials{AccessKeyID: "A", SecretAccessKey: "s"},
		awsapi.AssumeRoleInput{RoleARN: "r", SessionName: "n"})
	if err == nil || !strings.Contains(err.Error(), "AccessKeyId") {
		t.Errorf("err = %v", err)
	}
}
