package awsapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

func poll(ctx context.Context, c *awsapi.Client) error {
	_, err := c.CreateToken(ctx, awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: "cs", GrantType: awsapi.DeviceCodeGrant, DeviceCode: "dc"})
	return err
}

func credentials(ctx context.Context, c *awsapi.Client) error {
	_, err := c.GetRoleCredentials(ctx, "AT", "123456789011", "ReadOnly")
	return err
}

func identity(ctx context.Context, c *awsapi.Client) error {
	_, err := c.GetCallerIdentity(ctx, awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "k", SessionToken: "s"})
	return err
}

// A serviceError is one as it comes over the wire, and what is made of it.
type serviceError struct {
	name   string
	call   func(context.Context, *awsapi.Client) error
	status int
	header string
	body   string
	want   awsapi.Error
	text   string
}

// serviceErrors are as the services write them, and as servers that speak OAuth
// alone do.
func serviceErrors() []serviceError {
	return []serviceError{
		{"pending", poll, 400, "AuthorizationPendingException", `{"error":"authorization_pending","error_description":"Authorization is still pending"}`,
			awsapi.Error{Code: "AuthorizationPendingException", Description: "Authorization is still pending", Operation: "CreateToken"},
			"CreateToken was answered with AuthorizationPendingException: Authorization is still pending"},
		{"header with a place", poll, 400, "InvalidGrantException:http://internal.amazon.com/coral/", `{"error":"invalid_grant"}`,
			awsapi.Error{Code: "InvalidGrantException", Operation: "CreateToken"},
			"CreateToken was answered with InvalidGrantException"},
		{"oauth alone", poll, 400, "", `{"error":"slow_down"}`,
			awsapi.Error{Code: "SlowDownException", Operation: "CreateToken"}, ""},
		{"oauth server error", poll, 500, "", `{"error":"server_error"}`,
			awsapi.Error{Code: "InternalServerException", Operation: "CreateToken"}, ""},
		{"reason", poll, 400, "AccessDeniedException", `{"error":"access_denied","reason":"KMS_DisabledException"}`,
			awsapi.Error{Code: "AccessDeniedException", Reason: "KMS_DisabledException", Operation: "CreateToken"},
			"CreateToken was answered with AccessDeniedException (KMS_DisabledException)"},
		{"portal body alone", credentials, 401, "", `{"message":"Session token not found or invalid","__type":"com.amazonaws.switchboard.portal#UnauthorizedException"}`,
			awsapi.Error{Code: "UnauthorizedException", Description: "Session token not found or invalid", Operation: "GetRoleCredentials"},
			"GetRoleCredentials was answered with UnauthorizedException: Session token not found or invalid"},
		{"not in the model", credentials, 403, "ForbiddenException", `{"message":"No access","__type":"com.amazonaws.switchboard.portal#ForbiddenException"}`,
			awsapi.Error{Code: "ForbiddenException", Description: "No access", Operation: "GetRoleCredentials"}, ""},
		{"throttled", credentials, 429, "TooManyRequestsException", `{"message":"HTTP 429 Unknown Code"}`,
			awsapi.Error{Code: "TooManyRequestsException", Description: "HTTP 429 Unknown Code", Operation: "GetRoleCredentials"}, ""},
		{"no code", credentials, 403, "", `{"message":"Forbidden"}`,
			awsapi.Error{Code: "403", Description: "Forbidden", Operation: "GetRoleCredentials"}, ""},
		{"no body", credentials, 401, "UnauthorizedException", ``,
			awsapi.Error{Code: "UnauthorizedException", Operation: "GetRoleCredentials"}, ""},
		{"odd types", credentials, 400, "", `{"message":{"a":1},"__type":7,"code":"InvalidRequestException"}`,
			awsapi.Error{Code: "InvalidRequestException", Operation: "GetRoleCredentials"}, ""},
		{"sts", identity, 403, "", `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>` +
			`<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`,
			awsapi.Error{Code: "ExpiredToken", Description: "The security token included in the request is expired", Operation: "GetCallerIdentity"}, ""},
		{"control characters", credentials, 403, "ForbiddenException", `{"message":"a\u001b[2Jb\nc\u202e"}`,
			awsapi.Error{Code: "ForbiddenException", Description: "a\x1b[2Jb\nc\u202e", Operation: "GetRoleCredentials"}, ""},
	}
}

func TestServiceErrors(t *testing.T) {
	for _, tt := range serviceErrors() {
		t.Run(tt.name, func(t *testing.T) {
			s := newService(t, func(w http.ResponseWriter, r *http.Request) {
				if tt.header != "" {
					w.Header().Set("x-amzn-ErrorType", tt.header)
				}
				w.Header().Set("x-amzn-RequestId", "id-1")
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.body))
			})
			err := tt.call(t.Context(), s.client(t))
			got, ok := errors.AsType[*awsapi.Error](err)
			if !ok {
				t.Fatalf("got %T: %v", err, err)
			}
			tt.want.Status, tt.want.RequestID = tt.status, "id-1"
			if diff := cmp.Diff(&tt.want, got, cmpopts.IgnoreFields(awsapi.Error{}, "Err")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if tt.text != "" && err.Error() != tt.text {
				t.Errorf("text %q, want %q", err, tt.text)
			}
			checkText(t, err)
		})
	}
}

// checkText holds every error to what may reach a terminal.
func checkText(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
		t.Errorf("raw control characters in %q", text)
	}
	if len(text) > 1200 {
		t.Errorf("text of %d bytes", len(text))
	}
	for _, secret := range []string{"AT-SECRET", "CS-SECRET", "DC-SECRET"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s in %q", secret, text)
		}
	}
}

func TestLongWordsAreCut(t *testing.T) {
	s := newService(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(403)
		w.Write([]byte(`{"message":"` + strings.Repeat("x", 5000) + `"}`))
	})
	err := credentials(t.Context(), s.client(t))
	if got := len(err.Error()); got > 400 {
		t.Errorf("text of %d bytes", got)
	}
}
