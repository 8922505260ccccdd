package awsapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// everyCall is each operation with secrets that must not show up in an error.
func everyCall() map[string]func(context.Context, *awsapi.Client) error {
	const token, clientSecret, deviceCode awscred.Secret = "AT-SECRET", "CS-SECRET", "DC-SECRET"
	return map[string]func(context.Context, *awsapi.Client) error{
		"RegisterClient": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.RegisterClient(ctx, awsapi.RegisterClientInput{Name: "n"})
			return err
		},
		"StartDeviceAuthorization": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.StartDeviceAuthorization(ctx, "cid", clientSecret, "https://my-sso-portal.awsapps.com/start")
			return err
		},
		"CreateToken": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.CreateToken(ctx, awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: clientSecret,
				GrantType: awsapi.DeviceCodeGrant, DeviceCode: deviceCode})
			return err
		},
		"ListAccounts": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.ListAccounts(ctx, token)
			return err
		},
		"ListAccountRoles": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.ListAccountRoles(ctx, token, "123456789011")
			return err
		},
		"GetRoleCredentials": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.GetRoleCredentials(ctx, token, "123456789011", "ReadOnly")
			return err
		},
		"GetCallerIdentity": func(ctx context.Context, c *awsapi.Client) error {
			_, err := c.GetCallerIdentity(ctx, awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: token, SessionToken: clientSecret})
			return err
		},
		"Logout": func(ctx context.Context, c *awsapi.Client) error { return c.Logout(ctx, token) },
	}
}

func gzipped(size int) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	chunk := bytes.Repeat([]byte(" "), 1<<16)
	for range size / len(chunk) {
		w.Write(chunk)
	}
	w.Close()
	return b.Bytes()
}

// Whatever answers in the place of the service, every operation ends with an
// *UnreachableError that says what came and what to look at.
func TestFaults(t *testing.T) {
	write := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	bomb := gzipped(16 << 20)
	faults := []struct {
		name    string
		handler http.HandlerFunc
		reason  string
	}{
		{"html", write(200, "text/html", "<html><body>Sign in to the network</body></html>"), "answered 200 with a web page"},
		{"html as json", write(200, "application/json", "<html>"), "answered 200 with "},
		{"html error", write(500, "text/html", "<html>oops</html>"), "answered 500 with a web page"},
		{"html not found", write(404, "text/html; charset=utf-8", "not here"), "answered 404 with a web page"},
		{"empty error", write(502, "", ""), "answered 502 with nothing"},
		{"array", write(200, "application/json", "[]"), "answered 200 with something other than "},
		{"null", write(200, "application/json", "null"), "answered 200 with something other than "},
		{"half an object", write(200, "application/json", `{"accountList":[{"accountId":`), "answered 200 with something other than "},
		{"two objects", write(200, "application/json", `{}{}`), "answered 200 with something other than "},
		{"deep", write(200, "application/json", `{"a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}"), "answered 200 with something other than "},
		{"too large", write(200, "application/json", `{"x":"`+strings.Repeat("x", 10<<20)+`"}`), "larger than 1 MiB"},
		{"gzip bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb)
		}, "answered 200 with "},
		{"half body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte(`{"accountList":`))
		}, "the answer breaks off"},
		{"closed", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, "the answer breaks off"},
	}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			c := newService(t, fault.handler).client(t)
			for name, call := range everyCall() {
				checkUnreachable(t, name, call(t.Context(), c), fault.reason)
			}
		})
	}
}

func checkUnreachable(t *testing.T, name string, err error, reason string) {
	t.Helper()
	u, ok := errors.AsType[*awsapi.UnreachableError](err)
	if !ok {
		t.Errorf("%s: got %T: %v", name, err, err)
		return
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("%s: %q does not say %q", name, err, reason)
	}
	if u.Operation != name || !strings.HasPrefix(u.Host, "127.0.0.1:") || !strings.Contains(u.Hint, u.Host) {
		t.Errorf("%s: operation %q, host %q, hint %q", name, u.Operation, u.Host, u.Hint)
	}
	checkText(t, err)
}

// An answer in the protocol that holds no answer, or one of other types.
func TestMeaninglessAnswers(t *testing.T) {
	const start = `{"deviceCode":"d","userCode":"u","verificationUri":"https://v/"`
	role := func(expiration string) string {
		return `{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":` + expiration + `}}`
	}
	for body, operations := range map[string]string{
		`{}`: "RegisterClient StartDeviceAuthorization CreateToken GetRoleCredentials",
		`{"accessToken":"","tokenType":"Bearer","expiresIn":28800}`:                   "CreateToken",
		`{"accessToken":"a","expiresIn":0}`:                                           "CreateToken",
		`{"accessToken":"a","expiresIn":-1}`:                                          "CreateToken",
		`{"accessToken":"a","expiresIn":"600"}`:                                       "CreateToken",
		`{"accessToken":["a"],"expiresIn":600}`:                                       "CreateToken",
		`{"accessToken":"a","expiresIn":1e30}`:                                        "CreateToken",
		start + `}`:                                                                   "StartDeviceAuthorization",
		start + `,"expiresIn":-600,"interval":1}`:                                     "StartDeviceAuthorization",
		`{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":-1}`:              "RegisterClient",
		`{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":999999999999999}`: "RegisterClient",
		`{"accountList":{}}`:                                                          "ListAccounts",
		`{"accountList":[null]}`:                                                      "ListAccounts",
		`{"accountList":[{}]}`:                                                        "ListAccounts",
		`{"roleList":[{}]}`:                                                           "ListAccountRoles",
		role("0"):                                                                     "GetRoleCredentials",
		role("-1"):                                                                    "GetRoleCredentials",
		role("1795383154"):                                                            "GetRoleCredentials", // seconds
		role("9223372036854775807"):                                                   "GetRoleCredentials",
		`{"roleCredentials":null}`:                                                    "GetRoleCredentials",
		`{"roleCredentials":"secret"}`:                                                "GetRoleCredentials",
	} {
		c := newService(t, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(body)) }).client(t)
		for name := range strings.FieldsSeq(operations) {
			err := everyCall()[name](t.Context(), c)
			if _, ok := errors.AsType[*awsapi.UnreachableError](err); !ok {
				t.Errorf("%s, %s: got %T: %v", body, name, err, err)
				continue
			}
			checkText(t, err)
		}
	}
}

func TestIntervalsThatMakeNoSense(t *testing.T) {
	for interval, want := range map[string]time.Duration{
		"-1": 5 * time.Second, "0": 5 * time.Second, "1": time.Second, "60": time.Minute, "2000000000": 5 * time.Second,
	} {
		c := newService(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"deviceCode":"d","userCode":"u","verificationUri":"https://v/","expiresIn":600,"interval":%s}`, interval)
		}).client(t)
		got, err := c.StartDeviceAuthorization(t.Context(), "cid", "cs", "https://my-sso-portal.awsapps.com/start")
		if err != nil || got.Interval != want {
			t.Errorf("interval %s: %v, %v, want %v", interval, got.Interval, err, want)
		}
	}
}

func TestRefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &service{Server: &httptest.Server{URL: "http://" + l.Addr().String()}}
	l.Close()
	for name, call := range everyCall() {
		checkUnreachable(t, name, call(t.Context(), s.client(t)), "refused")
	}
}

// A redirect is an answer of nobody: the second listener sees no request.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var seen atomic.Int32
	second := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	defer second.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := newService(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, second.URL+r.URL.Path, status) })
		for name, call := range everyCall() {
			checkUnreachable(t, name, call(t.Context(), s.client(t)), "a redirect, which is not followed")
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d requests followed a redirect", n)
	}
}

func TestUntrustedCertificate(t *testing.T) {
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake is the point
	tls.StartTLS()
	defer tls.Close()
	err := everyCall()["ListAccounts"](t.Context(), (&service{Server: tls}).client(t))
	u, ok := errors.AsType[*awsapi.UnreachableError](err)
	if !ok || !strings.Contains(err.Error(), "certificate") || !strings.Contains(u.Hint, "AWS_CA_BUNDLE") {
		t.Errorf("got %v", err)
	}
}

// Names that would change a terminal or a file arrive as they are.
func TestStrangeNamesAreData(t *testing.T) {
	long := strings.Repeat("n", 4096)
	c := newService(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"accountList":[{"accountId":"1","accountName":"a\n[default]\u001b[2J","emailAddress":%q}]}`, long)
	}).client(t)
	got, err := c.ListAccounts(t.Context(), "AT")
	if err != nil || got[0].Name != "a\n[default]\x1b[2J" || got[0].Email != long {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestListingsEnd(t *testing.T) {
	for name, next := range map[string]func(n int) string{
		"one page for ever":  func(int) string { return "same" },
		"two pages in turns": func(n int) string { return fmt.Sprint(n % 2) },
		"always another":     func(n int) string { return fmt.Sprint(n) },
	} {
		n := 0
		c := newService(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			fmt.Fprintf(w, `{"accountList":[],"nextToken":%q}`, next(n))
		}).client(t)
		_, err := c.ListAccounts(t.Context(), "AT")
		if _, ok := errors.AsType[*awsapi.UnreachableError](err); !ok || n > 1000 {
			t.Errorf("%s: %d requests, %v", name, n, err)
		}
	}
}

// countingTransport answers every request the same, without a network.
type countingTransport struct {
	status int
	header http.Header
	body   string
	count  int
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count++
	w := httptest.NewRecorder()
	for k, v := range c.header {
		w.Header()[k] = v
	}
	w.WriteHeader(c.status)
	w.Write([]byte(c.body))
	return w.Result(), nil
}

// What is tried again, how often, and how long all of it takes at most.
func TestAttempts(t *testing.T) {
	tests := []struct {
		name, operation string
		transport       countingTransport
		config          awsapi.Config
		want            int
	}{
		{"unavailable", "ListAccounts", countingTransport{status: 503, body: `{"message":"x"}`}, awsapi.Config{}, 3},
		{"unavailable, a page", "ListAccounts", countingTransport{status: 503, body: "<html>"}, awsapi.Config{}, 3},
		{"unavailable, sts", "GetCallerIdentity", countingTransport{status: 503, body: "<html>"}, awsapi.Config{}, 3},
		{"throttled", "GetRoleCredentials", countingTransport{status: 429, header: http.Header{"X-Amzn-Errortype": {"TooManyRequestsException"}}, body: `{}`}, awsapi.Config{}, 3},
		{"throttled, no code", "GetRoleCredentials", countingTransport{status: 429, body: `{}`}, awsapi.Config{}, 3},
		{"slow down", "StartDeviceAuthorization", countingTransport{status: 400, body: `{"error":"slow_down"}`}, awsapi.Config{}, 1},
		{"a page of the network", "ListAccounts", countingTransport{status: 200, body: "<html>"}, awsapi.Config{}, 1},
		{"unauthorized", "ListAccounts", countingTransport{status: 401, body: `{"__type":"UnauthorizedException"}`}, awsapi.Config{}, 1},
		{"device code", "CreateToken", countingTransport{status: 503, body: `{}`}, awsapi.Config{}, 1},
		{"five attempts", "ListAccounts", countingTransport{status: 503, body: `{}`}, awsapi.Config{MaxAttempts: 5}, 5},
		{"adaptive", "ListAccounts", countingTransport{status: 503, body: `{}`}, awsapi.Config{MaxAttempts: 2, RetryMode: "adaptive"}, 2},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			tt.config.Region, tt.config.HTTP = "us-east-1", &http.Client{Transport: &tt.transport}
			err := everyCall()[tt.operation](t.Context(), awsapi.New(tt.config))
			if err == nil || tt.transport.count != tt.want {
				t.Errorf("%s: %d attempts, want %d (%v)", tt.name, tt.transport.count, tt.want, err)
			}
			if took := time.Since(start); took > 90*time.Second {
				t.Errorf("%s: took %v", tt.name, took)
			}
		})
	}
}

// silent never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestSilenceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		hc := &http.Client{Transport: silent{}, Timeout: time.Minute}
		err := everyCall()["ListAccounts"](t.Context(), awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: hc}))
		u, ok := errors.AsType[*awsapi.UnreachableError](err)
		if !ok || !strings.Contains(err.Error(), "did not answer in time") || !strings.Contains(u.Hint, "proxy") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took > 91*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err := everyCall()["ListAccounts"](ctx, awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: &http.Client{Transport: silent{}}}))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// What a person is told to look at depends on who failed to answer.
func TestHints(t *testing.T) {
	page := &countingTransport{status: 200, body: "<html>"}
	nowhere := failing{&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}
	proxy := failing{&net.OpError{Op: "proxyconnect", Err: errors.New("refused")}}
	center := awsapi.Endpoints{SSO: "https://center.example.com"}
	for _, tt := range []struct {
		transport http.RoundTripper
		endpoints awsapi.Endpoints
		want      string
	}{
		{page, awsapi.Endpoints{}, "something on the way may have answered instead"},
		{page, center, "is center.example.com the address of a center?"},
		{nowhere, awsapi.Endpoints{}, "is the region right?"},
		{nowhere, center, "AWS_ENDPOINT_URL"},
		{proxy, awsapi.Endpoints{}, "check the proxy in HTTPS_PROXY"},
		{failing{errors.New("broken")}, awsapi.Endpoints{}, "check the network"},
	} {
		c := awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: &http.Client{Transport: tt.transport}, Endpoints: tt.endpoints, MaxAttempts: 1})
		_, err := c.ListAccounts(t.Context(), "AT")
		u, ok := errors.AsType[*awsapi.UnreachableError](err)
		if !ok || !strings.Contains(u.Hint, tt.want) {
			t.Errorf("%v: %+v, want %q", err, u, tt.want)
		}
	}
}

// At an endpoint of this machine, whoever mistakes the scheme is told the other.
func TestAnotherScheme(t *testing.T) {
	plain, secure := httptest.NewServer(http.NotFoundHandler()), httptest.NewUnstartedServer(http.NotFoundHandler())
	defer plain.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for base, want := range map[string]string{
		strings.Replace(plain.URL, "http:", "https:", 1):  "write http:// instead of https://",
		strings.Replace(secure.URL, "https:", "http:", 1): "write https:// instead of http://",
	} {
		s := &service{Server: &httptest.Server{URL: base}}
		for name, call := range everyCall() {
			u, ok := errors.AsType[*awsapi.UnreachableError](call(t.Context(), s.client(t)))
			if !ok || !strings.Contains(u.Hint, want) {
				t.Errorf("%s at %s: %+v, want %q", name, base, u, want)
			}
		}
	}
}

// What is asked over TLS is not told to use it, whatever a page says.
func TestNoOtherScheme(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "HTTPS inspection: no", http.StatusBadRequest)
	}))
	defer s.Close()
	c := awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: s.Client(), Endpoints: awsapi.Endpoints{SSO: s.URL}})
	_, err := c.ListAccounts(t.Context(), "AT")
	checkUnreachable(t, "ListAccounts", err, "answered 400 with something other than a JSON object")
}

// failing answers no request.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }
