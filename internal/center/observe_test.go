package center

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"latchkey/internal/center/metrics"
)

// A mistake of a handler is answered and logged with the request's id, and the
// next request is served.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	c := &Center{metrics: metrics.New()}
	c.config.Logger = slog.New(requestHandler{slog.NewJSONHandler(&log, nil)})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /early", func(http.ResponseWriter, *http.Request) { panic("a mistake") })
	mux.HandleFunc("GET /late", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half"))
		panic("a mistake")
	})
	mux.HandleFunc("GET /cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	server := httptest.NewServer(c.observe(named(mux), mux))
	defer server.Close()
	for path, status := range map[string]int{"/early": 500, "/late": 0, "/cut": 0, "/nothing": 404} {
		log.Reset()
		resp, err := http.Get(server.URL + path)
		if (err == nil) != (status > 0) || err == nil && resp.StatusCode != status {
			t.Errorf("%s: %v", path, err)
		}
		if err == nil {
			resp.Body.Close()
		}
		server.CloseClientConnections()
		if mistake := path == "/early" || path == "/late"; strings.Contains(log.String(), `"msg":"panic"`) != mistake {
			t.Errorf("%s: %s", path, &log)
		}
		if path == "/early" && !strings.Contains(log.String(), `"request_id":"`+resp.Header.Get("X-Request-Id")) {
			t.Errorf("%s: %s", path, &log)
		}
	}
}

// Whatever is sent, operations have few names, and who answers gets the body.
func TestNamed(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		_, err := body.ReadFrom(r.Body)
		w.Header().Set("Left", body.String())
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	mux.HandleFunc("GET /{$}", http.NotFound)
	mux.HandleFunc("POST /token", http.NotFound)
	mux.HandleFunc("GET /start", http.NotFound)
	mux.HandleFunc("/", http.NotFound)
	name := named(mux)
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/", "Action=AssumeRole&Version=1", "AssumeRole"},
		{"POST", "/", "Action=DropTables", "POST /{$}"},
		{"POST", "/", "%zz&Action=GetSessionToken", "GetSessionToken"},
		{"POST", "/", strings.Repeat("Action=", maxBody), "POST /{$}"},
		{"GET", "/?Action=GetCallerIdentity&X-Amz-Signature=x", "", "GetCallerIdentity"},
		{"GET", "/", "", "GET /{$}"},
		{"POST", "/token", "", "CreateToken"},
		{"GET", "/start", "", "GET /start"},
		{"HEAD", "/start", "", "GET /start"},
		{"DELETE", "/token", "", "none"},
		{"GET", "/u/1234", "", "none"},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if got := name(r); got != tt.want {
			t.Errorf("%s %s %.20s: %s, want %s", tt.method, tt.path, tt.body, got, tt.want)
		}
		mux.ServeHTTP(w, r)
		if tt.path == "/" && tt.method == "POST" && w.Header().Get("Left") != tt.body[:min(len(tt.body), maxBody)] {
			t.Errorf("%.20s: %d bytes were left", tt.body, len(w.Header().Get("Left")))
		}
		if tooLarge := len(tt.body) > maxBody; tooLarge != (w.Code == http.StatusRequestEntityTooLarge) {
			t.Errorf("%.20s: %d", tt.body, w.Code)
		}
	}
}
