package sts_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
)

const form = "Action=GetCallerIdentity&Version=2011-06-15"

func credentials(k vendor.Credentials) aws.Credentials {
	return aws.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken}
}

// serve runs s with the clock of the machine, as the SDK signs with that.
func serve(t *testing.T) (*sts.Service, *httptest.Server) {
	t.Helper()
	s := newService()
	s.Now = time.Now
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server
}

func sdkClient(server *httptest.Server, c aws.Credentials) *awssts.Client {
	return awssts.New(awssts.Options{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String(server.URL),
		HTTPClient:   server.Client(),
		Credentials:  aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil }),
	})
}

var userIDForm = regexp.MustCompile(`^AROA[A-Z2-7]{17}:alice$`)

func TestSDKGetsCallerIdentity(t *testing.T) {
	s, server := serve(t)
	key := issue(t, s, alice)
	out, err := sdkClient(server, credentials(key)).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Arn != key.ARN || !userIDForm.MatchString(*out.UserId) || *out.Account != "123456789011" {
		t.Errorf("got %s %s %s, want %+v", *out.Arn, *out.UserId, *out.Account, key)
	}
}

func TestSDKReadsErrors(t *testing.T) {
	s, server := serve(t)
	key := issue(t, s, alice)
	s.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) }
	expired := issue(t, s, alice)
	s.Now = time.Now
	for _, tt := range []struct {
		name   string
		change func(*aws.Credentials)
		want   string
	}{
		{"secret", func(c *aws.Credentials) { c.SecretAccessKey += "x" }, "SignatureDoesNotMatch"},
		{"token", func(c *aws.Credentials) { c.SessionToken += "x" }, "InvalidClientTokenId"},
		{"no token", func(c *aws.Credentials) { c.SessionToken = "" }, "InvalidClientTokenId"},
		{"token of another key", func(c *aws.Credentials) { c.SessionToken = issue(t, s, alice).SessionToken }, "InvalidClientTokenId"},
		{"unknown key", func(c *aws.Credentials) { c.AccessKeyID = "ASIAAAAAAAAAAAAAAAAA" }, "InvalidClientTokenId"},
		{"expired key", func(c *aws.Credentials) { *c = credentials(expired) }, "ExpiredToken"},
	} {
		c := credentials(key)
		tt.change(&c)
		_, err := sdkClient(server, c).GetCallerIdentity(t.Context(), nil)
		e, ok := errors.AsType[smithy.APIError](err)
		if !ok || e.ErrorCode() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestSDKPresigned(t *testing.T) {
	s, server := serve(t)
	key := issue(t, s, alice)
	presigned, err := awssts.NewPresignClient(sdkClient(server, credentials(key))).PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := http.NewRequestWithContext(t.Context(), presigned.Method, presigned.URL, nil)
	status, body := do(t, r)
	if status != http.StatusOK || !strings.Contains(body, "<Arn>"+key.ARN+"</Arn>") {
		t.Errorf("status %d, %s", status, body)
	}
}

func do(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// answer is the status and the code of the error, "" for none.
func answer(t *testing.T, s *sts.Service, r *http.Request) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != "text/xml" {
		t.Errorf("content type %q", got)
	}
	var e struct {
		XMLName   xml.Name
		Code      string `xml:"Error>Code"`
		RequestID string `xml:"RequestId"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	if e.Code != "" && e.RequestID != w.Header().Get("X-Amzn-RequestId") {
		t.Errorf("request id %q in the body, %q in the header", e.RequestID, w.Header().Get("X-Amzn-RequestId"))
	}
	return w.Code, e.Code
}

func TestRequestsThatAskForNothingWeHave(t *testing.T) {
	const media = "application/x-www-form-urlencoded"
	for _, tt := range []struct {
		name, method, target, media, body string
		status                            int
		code                              string
	}{
		{"not signed", "POST", "/", media, form, 403, "MissingAuthenticationToken"},
		{"not signed, GET", "GET", "/?" + form, "", "", 403, "MissingAuthenticationToken"},
		{"no action", "POST", "/", media, "", 400, "MissingAction"},
		{"action in the query of a POST", "POST", "/?" + form, media, "", 400, "MissingAction"},
		{"not a form", "POST", "/", "application/json", form, 400, "MissingAction"},
		{"unknown action", "POST", "/", media, "Action=GetFederationToken&Version=2011-06-15", 400, "InvalidAction"},
		{"unknown version", "POST", "/", media, "Action=GetCallerIdentity&Version=2010-05-08", 400, "InvalidAction"},
		{"no version", "POST", "/", media, "Action=GetCallerIdentity", 400, "InvalidAction"},
		{"hostile action", "POST", "/", media, "Action=%00%1b<a>&Version=1", 400, "InvalidAction"},
		{"long action", "POST", "/", media, "Action=" + strings.Repeat("a", 60000), 400, "InvalidAction"},
		{"broken form", "POST", "/", media, "Action=%", 404, "MalformedQueryString"},
		{"body too large", "POST", "/", media, form + strings.Repeat("&a=1", 17000), 413, "RequestEntityTooLarge"},
		{"method", "DELETE", "/", "", "", 405, "MethodNotAllowed"},
	} {
		s := newService()
		r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.media)
		if status, code := answer(t, s, r); status != tt.status || code != tt.code {
			t.Errorf("%s: got %d %q, want %d %q", tt.name, status, code, tt.status, tt.code)
		}
	}
}

func TestAnyRegionIsSigned(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	for _, region := range []string{"us-east-1", "eu-central-2", "us-gov-west-1"} {
		if status, code := answer(t, s, headerSigned(t, key, region, "sts")); status != http.StatusOK {
			t.Errorf("%s: %d %s", region, status, code)
		}
	}
}

func TestAnotherMasterKeyVerifiesNothing(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	s.Key = bytes.Repeat([]byte{8}, 32)
	if _, code := answer(t, s, headerSigned(t, key, "us-east-1", "sts")); code != "InvalidClientTokenId" {
		t.Errorf("got %q", code)
	}
}

func TestSuccessHasTheShapeOfSTS(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, headerSigned(t, key, "us-east-1", "sts"))
	want := `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
		`<Arn>` + key.ARN + `</Arn><UserId>` + userID(t, s, key) + `</UserId><Account>123456789011</Account></GetCallerIdentityResult>` +
		`<ResponseMetadata><RequestId>` + w.Header().Get("X-Amzn-RequestId") + `</RequestId></ResponseMetadata></GetCallerIdentityResponse>` + "\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("cache control %q", got)
	}
}

// logged is a log that a test reads.
type logged struct{ bytes.Buffer }

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
