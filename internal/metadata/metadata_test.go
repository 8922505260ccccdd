package metadata_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/metadata"
	"latchkey/internal/testneed"
)

const given = `{"AccessKeyId":"GIVEN","SecretAccessKey":"canary-1","Token":"canary-2","Expiration":"2126-01-01T00:00:00Z"}`

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// Who is asked for the credentials of a container is who botocore asks.
func TestAddresses(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	addresses := []string{
		"https://example.com/x", "https://10.0.0.1", "http://example.com", "http://10.0.0.1/x", "http://127.0.0.1:80/x", "http://127.1.2.3",
		"http://localhost/x", "http://LOCALHOST/x", "http://localhost.example.com", "http://[::1]:8080/x", "http://[::2]", "http://169.254.170.2/x",
		"http://169.254.170.23/x", "http://169.254.170.24/x", "http://169.254.169.254/x", "http://[fd00:ec2::23]/x", "http://[FD00:EC2::23]/x",
		"http://[fd00:ec2::24]/x", "http://[fd00:ec2:0::23]/x", "http://169.254.170.2@example.com/x", "http://169.254.170.2.example.com",
		"http://127.0.0.1@example.com", "http://user:p@127.0.0.1/x", "http://2130706433/x", "http://0.0.0.0/x", "http://[::]/x", "http://127.1/x",
		"http:///x", "", "x",
	}
	var questions bytes.Buffer
	for _, a := range addresses {
		line, _ := json.Marshal(a)
		questions.Write(append(line, '\n'))
	}
	cmd := exec.Command(python, "testdata/botocore_hosts.py")
	cmd.Stdin, cmd.Stderr = &questions, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, theirs := range strings.Fields(string(out)) {
		if addresses[i] == "" {
			continue // to us, no address
		}
		_, ok, err := metadata.ContainerOf(lookup(map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": addresses[i]}))
		if !ok || fmt.Sprint(err == nil) != theirs {
			t.Errorf("%s: %v, botocore says %s", addresses[i], err, theirs)
		}
	}
	if n := len(strings.Fields(string(out))); n != len(addresses) {
		t.Errorf("%d answers", n)
	}
}

// A scheme that botocore's HTTP client would not know either.
func TestScheme(t *testing.T) {
	_, _, err := metadata.ContainerOf(lookup(map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "ftp://127.0.0.1/x"}))
	if err == nil || !strings.Contains(err.Error(), "scheme ftp") {
		t.Errorf("err = %v", err)
	}
}

func TestInstanceSettings(t *testing.T) {
	for _, tc := range []struct {
		env, profile map[string]string
		endpoint     string
		timeout      time.Duration
		attempts     int
		problem      string
	}{
		{nil, nil, "http://169.254.169.254/", time.Second, 1, ""},
		{map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, nil, "http://[fd00:ec2::254]/", time.Second, 1, ""},
		{map[string]string{"AWS_IMDS_USE_IPV6": "true"}, nil, "http://[fd00:ec2::254]/", time.Second, 1, ""},
		{map[string]string{"AWS_IMDS_USE_IPV6": "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"}, nil, "http://169.254.169.254/", time.Second, 1, ""},
		{map[string]string{"AWS_METADATA_SERVICE_TIMEOUT": "5"}, map[string]string{"metadata_service_timeout": "7", "metadata_service_num_attempts": " 3"}, "http://169.254.169.254/", 5 * time.Second, 3, ""},
		{map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://localhost:1338"}, nil, "http://localhost:1338/", time.Second, 1, ""},
		{nil, map[string]string{"ec2_metadata_service_endpoint": "http://localhost:1338/x/"}, "http://localhost:1338/x/", time.Second, 1, ""},
		{map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "localhost"}, nil, "", 0, 0, "is no URL"},
		{map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "file:///x"}, nil, "", 0, 0, "is no URL"},
		{map[string]string{"AWS_METADATA_SERVICE_TIMEOUT": "soon"}, nil, "", 0, 0, `AWS_METADATA_SERVICE_TIMEOUT must be a number of 1 or more, not "soon"`},
		{map[string]string{"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"}, nil, "", 0, 0, "must be a number of 1 or more"},
	} {
		i, ok, err := metadata.InstanceOf(lookup(tc.env), lookup(tc.profile))
		if tc.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("%v: err = %v", tc.env, err)
			}
			continue
		}
		if err != nil || !ok || i.Endpoint != tc.endpoint || i.Timeout != tc.timeout || i.Attempts != tc.attempts {
			t.Errorf("%v, %v: %+v, %v, %v", tc.env, tc.profile, i, ok, err)
		}
	}
}

// A service of tokens that is reached and stays silent, as behind one hop too
// many, is not asked for a token again: it may answer without.
func TestTokenThatDoesNotArrive(t *testing.T) {
	release := make(chan struct{})
	var puts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut:
			puts.Add(1)
			<-release
		case strings.HasSuffix(r.URL.Path, "/"):
			fmt.Fprint(w, "role")
		default:
			fmt.Fprint(w, given)
		}
	}))
	defer server.Close()
	defer close(release)
	i := metadata.Instance{Endpoint: server.URL + "/", Timeout: 200 * time.Millisecond, Attempts: 3, Now: time.Now}
	c, err := i.Credentials(t.Context())
	if err != nil || c.AccessKeyID != "GIVEN" || puts.Load() != 1 {
		t.Errorf("%v, %v, %d requests for a token", c.AccessKeyID, err, puts.Load())
	}
}

// Credentials that end soon count for a little longer, and not all for as long.
func TestInstanceExtends(t *testing.T) {
	now := time.Date(2125, 12, 31, 23, 50, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, given) }))
	defer server.Close()
	i := metadata.Instance{Endpoint: server.URL + "/", Timeout: time.Second, Attempts: 1, Now: func() time.Time { return now }}
	c, err := i.Credentials(t.Context())
	if err != nil || c.Expiration.Before(now.Add(17*time.Minute)) || c.Expiration.After(now.Add(25*time.Minute)) {
		t.Errorf("%v, %v", c.Expiration, err)
	}
}

// No proxy is asked: it would answer with the credentials of its own machine.
func TestNoProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	i := metadata.Instance{Endpoint: "http://0.0.0.0:1/", Timeout: 100 * time.Millisecond, Attempts: 1, Now: time.Now}
	if _, err := i.Credentials(t.Context()); !errors.Is(err, metadata.ErrNone) {
		t.Errorf("err = %v", err)
	}
}

func TestLongAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat(" ", 64<<10)+given)
	}))
	defer server.Close()
	i := metadata.Instance{Endpoint: server.URL + "/", Timeout: time.Second, Attempts: 1, Now: time.Now}
	if _, err := i.Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than 64 KiB") {
		t.Errorf("err = %v", err)
	}
}

// FuzzAnswer: whatever the service answers, there are whole credentials or an
// error that shows no secret.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		given, `{"AccessKeyId":7,"SecretAccessKey":"canary-1"}`, `{"Code":"Failed","Message":"no"}`, `[]`, `null`, `"canary-1"`,
		`{"AccessKeyId":"a","SecretAccessKey":"canary-1","Token":"canary-2","Expiration":"canary-3"}`,
	} {
		f.Add(s)
	}
	var answer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
	f.Cleanup(server.Close)
	c, _, err := metadata.ContainerOf(lookup(map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.URL}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return // asked for again, a second later
		}
		answer = text
		got, err := c.Credentials(t.Context())
		if err != nil && !strings.Contains(text, "Message") && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && (got.AccessKeyID == "" || got.SecretAccessKey == "" || got.SessionToken == "" || got.Expiration.IsZero()) {
			t.Errorf("%q gives %+v", text, got)
		}
	})
}
