package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// hostile are services that answer badly. Each gets every request of a kind of
// client that has found its way there.
var hostile = map[string]http.HandlerFunc{
	"html":     func(w http.ResponseWriter, _ *http.Request) { page(w, 200, "<html>Sign in to the network</html>") },
	"html-500": func(w http.ResponseWriter, _ *http.Request) { page(w, 500, "<html>oops</html>") },
	"half": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"clientId": "c`)
	},
	"redirect": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:9/elsewhere", http.StatusTemporaryRedirect)
	},
	"huge": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"clientId": "%s"}`, strings.Repeat("x", 10<<20))
	},
	"message": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-amzn-ErrorType", "InvalidRequestException")
		page(w, 400, `{"error":"invalid_request","error_description":"a\u001b[2J\nlatchkey: b `+strings.Repeat("c", 4096)+`"}`)
	},
	"no-list": unlisted(portal(``, ``)),
	"page": func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/device_authorization" {
			fmt.Fprint(w, `{"deviceCode":"d","userCode":"BCDF-GHJK","verificationUri":"javascript:alert(1)","expiresIn":600,"interval":1}`)
			return
		}
		portal(`{}`, `{}`)(w, r)
	},
	"no-accounts": portal(`{"accountList":[]}`, ``),
	"no-roles":    portal(`{"accountList":[{"accountId":"123456789011"}]}`, `{"roleList":[]}`),
	"names": portal(`{"accountList":[{"accountId":"123456789011","accountName":"A\u001b[2J\u202e\nB"},{"accountId":"123456789022"}]}`,
		`{"roleList":[{"roleName":"x\n[profile default]\ncredential_process = touch pwned","accountId":"123456789011"}]}`),
	"long": portal(`{"accountList":[{"accountId":"123456789011","accountName":"`+strings.Repeat("n", 4096)+`"}]}`,
		`{"roleList":[{"roleName":"ReadOnly","accountId":"123456789011"}]}`),
}

func page(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

// portal signs everybody in at once and lists what it is given.
func portal(accounts, roles string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/client/register":
			fmt.Fprint(w, `{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":4102444800}`)
		case "/device_authorization":
			fmt.Fprint(w, `{"deviceCode":"d","userCode":"BCDF-GHJK","verificationUri":"http://127.0.0.1:9/device","verificationUriComplete":"http://127.0.0.1:9/device?user_code=BCDF-GHJK","expiresIn":600,"interval":1}`)
		case "/token":
			fmt.Fprint(w, `{"accessToken":"canary-access-token","tokenType":"Bearer","expiresIn":28800}`)
		case "/assignment/accounts":
			fmt.Fprint(w, accounts)
		case "/assignment/roles":
			fmt.Fprint(w, roles)
		default:
			http.NotFound(w, r)
		}
	}
}

// unlisted signs in as next does, and takes no token for a list.
func unlisted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assignment/") {
			refuse(w, 401, "UnauthorizedException", "Session token not found or invalid")
			return
		}
		next(w, r)
	}
}

// cmdHostile serves one of them: `hostile html`. AWS_ENDPOINT_URL leads there.
func cmdHostile(ts *testscript.TestScript, neg bool, args []string) {
	h, ok := hostile[args[0]]
	if neg || !ok {
		ts.Fatalf("no such service: %q", args)
	}
	server := httptest.NewServer(h)
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func octal(m os.FileMode) string { return "0" + strconv.FormatUint(uint64(m), 8) }
