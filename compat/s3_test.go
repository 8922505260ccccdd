package compat_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/testneed"
)

const bucket = "my-dev-bucket"

var runningOn = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)

// storage is an S3 with one bucket that remembers who asked it.
type storage struct {
	url string

	mu     sync.Mutex
	signed []string // Authorization headers
}

func startStorage(t *testing.T) *storage {
	t.Helper()
	python := testneed.PythonModule(t, "moto.server")
	moto := newMachine(t).start(t, python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	target, err := url.Parse(moto.printed(t, runningOn)[1])
	if err != nil {
		t.Fatal(err)
	}
	s := &storage{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.signed = append(s.signed, r.Header.Get("Authorization"))
		s.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	makeBucket(t, target.String())
	return s
}

func makeBucket(t *testing.T, origin string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, origin+"/"+bucket, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := localClient(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("making a bucket: %s", response.Status)
	}
}

// TestLastLineOfTheGuide: "aws s3 ls --profile my-dev-profile", with S3 beside
// the center in the services section of the profile.
func TestLastLineOfTheGuide(t *testing.T) {
	t.Parallel()
	aws, m := servicesCLI(t), newMachine(t)
	s3 := startStorage(t)
	configure(t, m, startCenter(t))
	addService(t, m, "s3", s3.url)
	if printed := string(m.run(t, aws, "s3", "ls", "--profile", profile)); !strings.HasSuffix(printed, " "+bucket+"\n") {
		t.Errorf("aws s3 ls printed %q", printed)
	}
	id := regexp.MustCompile(`"AccessKeyId": "(ASIA[A-Z2-7]{16})"`).FindSubmatch(
		m.run(t, program(t, "latchkey"), "configure", "export-credentials", "--profile", profile))
	if id == nil {
		t.Fatal("export-credentials printed no access key of the center")
	}
	s3.mu.Lock()
	defer s3.mu.Unlock()
	for _, header := range s3.signed {
		if !strings.Contains(header, "Credential=ASIA") {
			t.Errorf("S3 was asked with %.60q, not with a key of the center", header)
		}
	}
	if len(s3.signed) == 0 {
		t.Error("S3 was not asked")
	}
}

// addService adds a service to the services section that the profile names.
func addService(t *testing.T, m *machine, id, endpoint string) {
	t.Helper()
	path := filepath.Join(m.home, ".aws", "config")
	config := read(t, path)
	header := regexp.MustCompile(`(?m)^\[services .*\]$`).FindStringIndex(config)
	if header == nil {
		t.Fatalf("no services section in\n%s", config)
	}
	config = config[:header[1]] + "\n" + id + " =\n  endpoint_url = " + endpoint + config[header[1]:]
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}
