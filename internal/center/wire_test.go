package center_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRegisterClient(t *testing.T) {
	w := serve(t)
	// As the AWS CLI sends it for PKCE.
	got := w.post(t, "/client/register", `{"clientName": "botocore-client-corp", "clientType": "public",
		"grantTypes": ["authorization_code", "refresh_token"], "redirectUris": ["http://127.0.0.1/oauth/callback"],
		"issuerUrl": "https://d-1234567890.awsapps.com/start#/", "scopes": ["sso:account:access"], "somethingNew": {"a": 1}}`)
	if got.Status != 200 || got.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	var out struct{ ClientIDIssuedAt, ClientSecretExpiresAt int64 }
	if err := json.Unmarshal(got.Body, &out); err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now().Unix()
	if out.ClientIDIssuedAt != now || out.ClientSecretExpiresAt != now+90*24*60*60 {
		t.Errorf("issued %d, expires %d, now %d", out.ClientIDIssuedAt, out.ClientSecretExpiresAt, now)
	}
	if m := got.JSON(t); m["authorizationEndpoint"] != w.URL+"/authorize" || m["tokenEndpoint"] != w.URL+"/token" {
		t.Errorf("endpoints %v and %v", m["authorizationEndpoint"], m["tokenEndpoint"])
	}
	if id := got.Header.Get("x-amzn-RequestId"); !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(id) {
		t.Errorf("request id %q", id)
	}
}

func TestStartDeviceAuthorization(t *testing.T) {
	w := serve(t)
	d := w.register(t)
	for _, form := range []string{"/start", "/start/", "/start#/", "/start/#/"} {
		for _, origin := range []string{w.URL, "https://d-1234567890.awsapps.com", "https://D-1234567890.AWSAPPS.com"} {
			got := w.post(t, "/device_authorization", marshal(map[string]string{
				"clientId": d.clientID, "clientSecret": d.clientSecret, "startUrl": origin + form}))
			if got.Status != 200 {
				t.Fatalf("%s%s: %d %s", origin, form, got.Status, got.Body)
			}
			m := got.JSON(t)
			code := m["userCode"].(string)
			if !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(code) {
				t.Errorf("user code %q", code)
			}
			delete(m, "deviceCode")
			want := map[string]any{"userCode": code, "verificationUri": w.URL + "/device",
				"verificationUriComplete": w.URL + "/device?user_code=" + code, "expiresIn": 600.0, "interval": 1.0}
			if diff := cmp.Diff(want, m); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// Each error in the header, in __type and as OAuth's error, with AWS's status.
func TestOAuthErrors(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	pkce := w.post(t, "/client/register",
		`{"clientName":"x","clientType":"public","grantTypes":["authorization_code"]}`).JSON(t)
	client := fmt.Sprintf(`"clientId":%q,"clientSecret":%q`, d.clientID, d.clientSecret)
	register := `{"clientName":"x","clientType":"public",`
	for _, tt := range []struct {
		path, body string
		status     int
		exception  string
		code       string
	}{
		{"/client/register", ``, 400, "InvalidRequestException", "invalid_request"},
		{"/client/register", `[]`, 400, "InvalidRequestException", "invalid_request"},
		{"/client/register", `{"clientName":7,"clientType":"public"}`, 400, "InvalidRequestException", "invalid_request"},
		{"/client/register", `{"clientType":"public"}`, 400, "InvalidRequestException", "invalid_request"},
		{"/client/register", `{"clientName":"x","clientType":"confidential"}`, 400, "InvalidClientMetadataException", "invalid_client_metadata"},
		{"/client/register", `{"clientName":"a\u202eb","clientType":"public"}`, 400, "InvalidClientMetadataException", "invalid_client_metadata"},
		{"/client/register", register + `"scopes":["a b"]}`, 400, "InvalidScopeException", "invalid_scope"},
		{"/client/register", register + `"grantTypes":["password"]}`, 400, "UnsupportedGrantTypeException", "unsupported_grant_type"},
		{"/client/register", register + `"redirectUris":["http://localhost/oauth/callback"]}`, 400, "InvalidRedirectUriException", "invalid_redirect_uri"},
		{"/client/register", register + `"redirectUris":["https://evil.example/oauth/callback"]}`, 400, "InvalidRedirectUriException", "invalid_redirect_uri"},
		{"/client/register", register + `"issuerUrl":"` + strings.Repeat("x", 70000) + `"}`, 413, "InvalidRequestException", "invalid_request"},
		{"/device_authorization", `{` + client + `}`, 400, "InvalidRequestException", "invalid_request"},
		{"/device_authorization", `{` + client + `,"startUrl":"https://other.awsapps.com/start"}`, 400, "InvalidRequestException", "invalid_request"},
		{"/device_authorization", `{` + client + `,"startUrl":"` + w.URL + `/start?x=1"}`, 400, "InvalidRequestException", "invalid_request"},
		{"/device_authorization", fmt.Sprintf(`{"clientId":%q,"clientSecret":"no","startUrl":%q}`, d.clientID, w.URL+"/start"), 401, "InvalidClientException", "invalid_client"},
		{"/device_authorization", fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"startUrl":%q}`, pkce["clientId"], pkce["clientSecret"], w.URL+"/start"), 400, "UnauthorizedClientException", "unauthorized_client"},
		{"/token", `{` + client + `}`, 400, "InvalidRequestException", "invalid_request"},
		{"/token", `{"clientId":"x","clientSecret":"y","grantType":"refresh_token"}`, 401, "InvalidClientException", "invalid_client"},
		{"/token", `{` + client + `,"grantType":"refresh_token","refreshToken":"x"}`, 400, "InvalidGrantException", "invalid_grant"},
		{"/token", `{` + client + `,"grantType":"authorization_code","code":"x"}`, 400, "UnauthorizedClientException", "unauthorized_client"},
		{"/token", `{` + client + `,"grantType":"password"}`, 400, "UnsupportedGrantTypeException", "unsupported_grant_type"},
		{"/token", `{` + client + `,"grantType":"urn:ietf:params:oauth:grant-type:device_code"}`, 400, "InvalidRequestException", "invalid_request"},
		{"/token", `{` + client + `,"grantType":"urn:ietf:params:oauth:grant-type:device_code","deviceCode":"x"}`, 400, "InvalidGrantException", "invalid_grant"},
	} {
		name := fmt.Sprintf("%s %.60s", tt.path, tt.body)
		got := w.post(t, tt.path, tt.body)
		var body struct {
			Type             string `json:"__type"`
			Error            string `json:"error"`
			ErrorDescription string `json:"error_description"`
		}
		if err := json.Unmarshal(got.Body, &body); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Status != tt.status || got.Header.Get("x-amzn-ErrorType") != tt.exception ||
			body.Type != tt.exception || body.Error != tt.code || body.ErrorDescription == "" {
			t.Errorf("%s: %d %s %s, want %d %s", name, got.Status, got.Header.Get("x-amzn-ErrorType"), got.Body, tt.status, tt.exception)
		}
	}
}

func (a answer) exception() string {
	return a.Header.Get("x-amzn-ErrorType")
}

// The AWS CLI asks twice at once and then each second after an answer.
func TestPolling(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	for i, step := range []struct {
		wait time.Duration
		want string
	}{
		{0, "AuthorizationPendingException"}, {0, "AuthorizationPendingException"},
		{time.Second, "AuthorizationPendingException"}, {time.Second, "AuthorizationPendingException"},
		{900 * time.Millisecond, "AuthorizationPendingException"},
		{100 * time.Millisecond, "SlowDownException"},
		{6 * time.Second, "AuthorizationPendingException"}, {6 * time.Second, "AuthorizationPendingException"},
		{time.Second, "SlowDownException"},
		{11 * time.Second, "AuthorizationPendingException"},
		{10 * time.Minute, "ExpiredTokenException"},
	} {
		w.Clock.Advance(step.wait)
		if got := w.poll(t, d); got.exception() != step.want || got.Status != 400 {
			t.Errorf("poll %d: %d %s, want %s", i, got.Status, got.exception(), step.want)
		}
	}
}

func TestPortal(t *testing.T) {
	w := serve(t)
	token := w.token(t, "alice", "correct horse")
	first := w.portal(t, "GET", "/assignment/accounts?max_result=1", token).JSON(t)
	second := w.portal(t, "GET", "/assignment/accounts?max_result=1&next_token="+first["nextToken"].(string), token)
	want := `{"accountList":[{"accountId":"123456789011","accountName":"DeveloperAccount","emailAddress":"developer-account-admin@example.com"}]}`
	if got := strings.TrimSpace(string(second.Body)); got != want {
		t.Errorf("second page %s, want %s", got, want)
	}
	roles := w.portal(t, "GET", "/assignment/roles?account_id=123456789011", token)
	want = `{"roleList":[{"roleName":"ReadOnly","accountId":"123456789011"},{"roleName":"FullAccess","accountId":"123456789011"}]}`
	if got := strings.TrimSpace(string(roles.Body)); got != want {
		t.Errorf("roles %s, want %s", got, want)
	}
	var out struct {
		RoleCredentials struct {
			AccessKeyID, SecretAccessKey, SessionToken string
			Expiration                                 int64
		}
	}
	got := w.portal(t, "GET", "/federation/credentials?account_id=123456789011&role_name=FullAccess", token)
	if err := json.Unmarshal(got.Body, &out); err != nil {
		t.Fatal(err)
	}
	c := out.RoleCredentials
	if !strings.HasPrefix(c.AccessKeyID, "ASIA") || c.SecretAccessKey == "" || c.SessionToken == "" ||
		c.Expiration != w.Clock.Now().Add(8*time.Hour).UnixMilli() {
		t.Errorf("credentials %s", got.Body)
	}
}

func TestPortalErrors(t *testing.T) {
	w := serve(t)
	token := w.token(t, "alice", "correct horse")
	const credentials = "/federation/credentials?account_id=123456789022&role_name="
	for _, tt := range []struct {
		method, path, token string
		status              int
		exception, message  string
	}{
		{"GET", "/assignment/accounts", "", 401, "UnauthorizedException", "Session token not found or invalid"},
		{"GET", "/assignment/accounts", "x", 401, "UnauthorizedException", "Session token not found or invalid"},
		{"POST", "/logout", "x", 401, "UnauthorizedException", "Session token not found or invalid"},
		{"GET", credentials + "FullAccess", token, 403, "ForbiddenException", "No access"},
		{"GET", credentials + "readonly", token, 403, "ForbiddenException", "No access"},
		{"GET", "/assignment/roles?account_id=123456789033", token, 403, "ForbiddenException", "No access"},
		{"GET", credentials, token, 400, "InvalidRequestException", "role_name is required"},
		{"GET", "/assignment/roles?account_id=1", token, 400, "InvalidRequestException", "account_id must be 12 digits"},
		{"GET", "/assignment/accounts?max_result=0", token, 400, "InvalidRequestException", "max_result must be from 1 to 100"},
		{"GET", "/assignment/accounts?max_result=101", token, 400, "InvalidRequestException", "max_result must be from 1 to 100"},
		{"GET", "/assignment/accounts?next_token=MQ", token, 400, "InvalidRequestException", "next_token is not one that was given"},
		{"POST", "/assignment/accounts", token, 405, "MethodNotAllowedException", "Method not allowed"},
		{"GET", "/logout", token, 405, "MethodNotAllowedException", "Method not allowed"},
	} {
		got := w.portal(t, tt.method, tt.path, tt.token)
		want := map[string]any{"message": tt.message, "__type": "com.amazonaws.switchboard.portal#" + tt.exception}
		if diff := cmp.Diff(want, got.JSON(t)); diff != "" || got.Status != tt.status || got.exception() != tt.exception {
			t.Errorf("%s %s: %d %s %s", tt.method, tt.path, got.Status, got.exception(), diff)
		}
	}
}

func TestLogout(t *testing.T) {
	w := serve(t)
	token, other := w.token(t, "alice", "correct horse"), w.token(t, "alice", "correct horse")
	if got := w.portal(t, "POST", "/logout", token); got.Status != 200 || len(got.Body) > 0 {
		t.Errorf("logout: %d %s", got.Status, got.Body)
	}
	if got := w.portal(t, "GET", "/assignment/accounts", token); got.Status != 401 {
		t.Errorf("the token lives on: %d", got.Status)
	}
	if got := w.portal(t, "GET", "/assignment/accounts", other); got.Status != 200 {
		t.Errorf("another browser's token: %d", got.Status)
	}
	w.Clock.Advance(8 * time.Hour)
	if got := w.portal(t, "GET", "/assignment/accounts", other); got.Status != 401 {
		t.Errorf("an expired token: %d", got.Status)
	}
}

func TestWellKnown(t *testing.T) {
	w := serve(t)
	resp, err := http.Get(w.URL + "/.well-known/latchkey-center")
	got := read(t, resp, err)
	want := map[string]any{"region": "us-east-1", "start_url": w.URL + "/start",
		"endpoints": map[string]any{"sso": w.URL, "sso_oidc": w.URL, "sts": w.URL}}
	if diff := cmp.Diff(want, got.JSON(t)); diff != "" {
		t.Error(diff)
	}
}
