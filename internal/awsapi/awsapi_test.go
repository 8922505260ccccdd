package awsapi_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// A request is what a service saw of one.
type request struct {
	Line string
	Body string
}

// A service is a loopback server that stands in for all three, and remembers.
type service struct {
	*httptest.Server
	requests []request
	headers  []http.Header
}

func newService(t *testing.T, handler http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.requests = append(s.requests, request{r.Method + " " + r.URL.String(), string(body)})
		s.headers = append(s.headers, r.Header)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// answers serves the files of testdata in turn.
func answers(t *testing.T, files ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if len(files) == 0 {
			t.Errorf("one request too many: %s", r.URL)
			return
		}
		body, err := os.ReadFile(filepath.Join("testdata", files[0]))
		if err != nil {
			t.Error(err)
		}
		files = files[1:]
		w.Write(body)
	}
}

// client calls the service, once a call.
func (s *service) client(t *testing.T) *awsapi.Client {
	t.Helper()
	return awsapi.New(s.config(t))
}

func (s *service) config(t *testing.T) awsapi.Config {
	t.Helper()
	hc, err := awsapi.NewHTTPClient(awsapi.HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return awsapi.Config{
		Region: "us-east-1", HTTP: hc, MaxAttempts: 1,
		Endpoints: awsapi.Endpoints{SSO: s.URL, SSOOIDC: s.URL, STS: s.URL},
	}
}

const (
	deviceCode   = "-oCV1Iq3nr6TNbnmp3GxHTTFH2bYYOvCEXAMPLEDEVICECODE"
	accessToken  = "aoal-YigITUDiNX1xZwOMXM5MxOWDL0E0jg9P6_C_jKEXAMPLE"
	refreshToken = "aorvJYubGpU6i91YnH7Mfo-AT2fIVa1zCfA_Rvq9yjVKIP3onFmmykuQ7E93y2I-9Nyj-A_sVvMufaLNL0bqnDRtgAkc0EXAMPLE"
)

// An operation sends what the AWS CLI sends, and reads what AWS answers.
type operation struct {
	name    string
	answers []string
	do      func(context.Context, *awsapi.Client) (any, error)
	want    any
	sent    []request
}

func TestOIDC(t *testing.T) {
	tryOperations(t, []operation{
		{"register for device codes", []string{"register.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.RegisterClient(ctx, awsapi.RegisterClientInput{Name: "botocore-client-1795379541"})
			},
			awsapi.Registration{ClientID: "_yzkThXVzLWVhc3QtMQEXAMPLECLIENTID",
				ClientSecret: "VERYLONGSECRETeyJraWQiOiJrZXktMTU2NDAyODA5OSIsImFsZyI6IkhTMzg0In0",
				ExpiresAt:    time.Date(2027, 2, 20, 20, 32, 21, 0, time.UTC)},
			[]request{{"POST /client/register", `{"clientName":"botocore-client-1795379541","clientType":"public"}`}}},
		{"register for authorization codes", []string{"register.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				_, err := c.RegisterClient(ctx, awsapi.RegisterClientInput{Name: "botocore-client-corp",
					Scopes: []string{"sso:account:access"}, GrantTypes: []string{"authorization_code", "refresh_token"},
					RedirectURIs: []string{"http://127.0.0.1/oauth/callback"}, IssuerURL: "https://d-1234567890.awsapps.com/start#/"})
				return nil, err
			}, nil,
			[]request{{"POST /client/register", `{"clientName":"botocore-client-corp","clientType":"public",` +
				`"grantTypes":["authorization_code","refresh_token"],"issuerUrl":"https://d-1234567890.awsapps.com/start#/",` +
				`"redirectUris":["http://127.0.0.1/oauth/callback"],"scopes":["sso:account:access"]}`}}},
		{"start device authorization", []string{"device.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.StartDeviceAuthorization(ctx, "cid", "csecret", "https://my-sso-portal.awsapps.com/start")
			},
			awsapi.DeviceAuthorization{DeviceCode: deviceCode, UserCode: "QCFK-N451",
				VerificationURI:         "https://device.sso.us-east-1.amazonaws.com/",
				VerificationURIComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=QCFK-N451",
				ExpiresIn:               10 * time.Minute, Interval: time.Second},
			[]request{{"POST /device_authorization",
				`{"clientId":"cid","clientSecret":"csecret","startUrl":"https://my-sso-portal.awsapps.com/start"}`}}},
		{"token for a device code", []string{"token.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.CreateToken(ctx, awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: "csecret",
					GrantType: awsapi.DeviceCodeGrant, DeviceCode: "dc"})
			},
			awsapi.Token{AccessToken: accessToken, RefreshToken: refreshToken, ExpiresIn: 8 * time.Hour},
			[]request{{"POST /token", `{"clientId":"cid","clientSecret":"csecret","deviceCode":"dc",` +
				`"grantType":"urn:ietf:params:oauth:grant-type:device_code"}`}}},
		{"token for an authorization code", []string{"token.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				_, err := c.CreateToken(ctx, awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: "csecret",
					GrantType: "authorization_code", Code: "ac", CodeVerifier: "cv", RedirectURI: "http://127.0.0.1:38115/oauth/callback"})
				return nil, err
			}, nil,
			[]request{{"POST /token", `{"clientId":"cid","clientSecret":"csecret","code":"ac","codeVerifier":"cv",` +
				`"grantType":"authorization_code","redirectUri":"http://127.0.0.1:38115/oauth/callback"}`}}},
		{"token for a refresh token", []string{"token.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				_, err := c.CreateToken(ctx, awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: "csecret",
					GrantType: "refresh_token", RefreshToken: "rt"})
				return nil, err
			}, nil,
			[]request{{"POST /token", `{"clientId":"cid","clientSecret":"csecret","grantType":"refresh_token","refreshToken":"rt"}`}}},
	})
}

func TestPortalAndSTS(t *testing.T) {
	tryOperations(t, []operation{
		{"accounts on two pages", []string{"accounts-1.json", "accounts-2.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) { return c.ListAccounts(ctx, "AT") },
			[]awsapi.Account{
				{ID: "123456789011", Name: "DeveloperAccount", Email: "developer-account-admin@example.com"},
				{ID: "123456789022", Name: "ProductionAccount", Email: "production-account-admin@example.com"},
				{ID: "123456789033"}},
			[]request{{"GET /assignment/accounts?max_result=100", ""}, {"GET /assignment/accounts?max_result=100&next_token=page%2F2%3D", ""}}},
		{"roles", []string{"roles.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.ListAccountRoles(ctx, "AT", "123456789011")
			},
			[]awsapi.Role{{Name: "ReadOnly", AccountID: "123456789011"}, {Name: "FullAccess", AccountID: "123456789011"}},
			[]request{{"GET /assignment/roles?account_id=123456789011&max_result=100", ""}}},
		{"role credentials", []string{"credentials.json"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.GetRoleCredentials(ctx, "AT", "123456789011", "ReadOnly")
			},
			awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret/key", SessionToken: "sess+tok=",
				Expiration: time.Date(2026, 11, 22, 21, 32, 34, 0, time.UTC), AccountID: "123456789011"},
			[]request{{"GET /federation/credentials?account_id=123456789011&role_name=ReadOnly", ""}}},
		{"logout", []string{"empty"},
			func(ctx context.Context, c *awsapi.Client) (any, error) { return nil, c.Logout(ctx, "AT") },
			nil, []request{{"POST /logout", ""}}},
		{"caller identity", []string{"identity.xml"},
			func(ctx context.Context, c *awsapi.Client) (any, error) {
				return c.GetCallerIdentity(ctx, awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "k", SessionToken: "s"})
			},
			awsapi.CallerIdentity{UserID: "AROAEXAMPLE:alice", Account: "123456789011",
				ARN: "arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/alice"},
			[]request{{"POST /", "Action=GetCallerIdentity&Version=2011-06-15"}}},
	})
}

func tryOperations(t *testing.T, tests []operation) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newService(t, answers(t, tt.answers...))
			got, err := tt.do(t.Context(), s.client(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.sent, s.requests); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// Only STS sees a signature, and only the portal sees the token.
func TestSecretsTravelInTheirHeadersOnly(t *testing.T) {
	s := newService(t, answers(t, "register.json", "accounts-2.json", "empty", "identity.xml"))
	c, ctx := s.client(t), t.Context()
	creds := awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "k", SessionToken: "s"}
	_, err1 := c.RegisterClient(ctx, awsapi.RegisterClientInput{Name: "n"})
	_, err2 := c.ListAccounts(ctx, "AT")
	err3 := c.Logout(ctx, "AT")
	_, err4 := c.GetCallerIdentity(ctx, creds)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"", "AT", "AT", ""} {
		if got := s.headers[i].Get("x-amz-sso_bearer_token"); got != want {
			t.Errorf("request %d: bearer token %q, want %q", i, got, want)
		}
		if got, want := strings.HasPrefix(s.headers[i].Get("Authorization"), "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/"), i == 3; got != want {
			t.Errorf("request %d: signed %v, want %v", i, got, want)
		}
		if got := s.headers[i].Get("Accept-Encoding"); got != "identity" && got != "" {
			t.Errorf("request %d asks for compression: %s", i, got)
		}
		if agent := s.headers[i].Get("User-Agent"); !strings.Contains(agent, "app/latchkey") {
			t.Errorf("request %d: User-Agent %q", i, agent)
		}
	}
	if got := s.headers[3].Get("X-Amz-Security-Token"); got != "s" {
		t.Errorf("STS got session token %q", got)
	}
	if got := s.headers[2].Get("Content-Length"); got != "" && got != "0" {
		t.Errorf("logout sends %s bytes", got)
	}
}
