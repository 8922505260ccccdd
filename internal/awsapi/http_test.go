package awsapi_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/awsapi"
)

func TestCABundle(t *testing.T) {
	s := httptest.NewTLSServer(answers(t, "accounts-2.json"))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "bundle.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	hc, err := awsapi.NewHTTPClient(awsapi.HTTPOptions{CABundle: file})
	if err != nil {
		t.Fatal(err)
	}
	c := awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: hc, Endpoints: awsapi.Endpoints{SSO: s.URL}})
	if _, err := c.ListAccounts(t.Context(), "AT"); err != nil {
		t.Error(err)
	}
}

func TestCABundleThatIsNone(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, t.TempDir(), "/no/such/file"} {
		if _, err := awsapi.NewHTTPClient(awsapi.HTTPOptions{CABundle: file}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestProxy(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		http.Error(w, "no way", http.StatusForbidden)
	}))
	defer proxy.Close()
	hc, err := awsapi.NewHTTPClient(awsapi.HTTPOptions{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }})
	if err != nil {
		t.Fatal(err)
	}
	c := awsapi.New(awsapi.Config{Region: "us-east-1", HTTP: hc, MaxAttempts: 1})
	_, err = c.ListAccounts(t.Context(), "AT")
	if err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("got %v", err)
	}
	if len(asked) != 1 || asked[0] != "CONNECT portal.sso.us-east-1.amazonaws.com:443" {
		t.Errorf("the proxy was asked %q", asked)
	}
}

// The lines of --debug say what happened and hold no secret.
func TestLog(t *testing.T) {
	s := newService(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-amzn-RequestId", "id-1")
		w.WriteHeader(401)
		fmt.Fprintln(w, `{"__type":"UnauthorizedException","message":"no"}`)
	})
	var log strings.Builder
	config := s.config(t)
	config.Log = func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }
	for name, call := range everyCall() {
		if err := call(t.Context(), awsapi.New(config)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, want := range []string{
		"GET " + s.URL + "/federation/credentials?account_id=123456789011&role_name=ReadOnly: status 401, request id \"id-1",
		"GetRoleCredentials was answered with UnauthorizedException: no",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in\n%s", want, log.String())
		}
	}
	for _, secret := range []string{"SECRET", "AWS4", "\x1b"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q in\n%s", secret, log.String())
		}
	}
}
