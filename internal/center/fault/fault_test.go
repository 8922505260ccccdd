package fault_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/fault"
)

// answerText is what the center answers behind the faults, with times.
const answerText = `{"roleCredentials":{"accessKeyId":"A","expiration":1700000000000},"clientIdIssuedAt":1700000000,"clientSecretExpiresAt":1700000009}<Expiration>2026-11-23T10:00:00Z</Expiration>`

func handler(t *testing.T, file string, made *[]string) http.Handler {
	t.Helper()
	faults, err := fault.Parse("faults.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	center := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answerText) })
	return faults.Wrap(center, func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") },
		func(_ *http.Request, kind string) {
			if made != nil {
				*made = append(*made, kind)
			}
		})
}

func ask(h http.Handler, operation string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/"+operation, nil))
	return w
}

func TestAnswers(t *testing.T) {
	const portal = `"__type":"com.amazonaws.switchboard.portal#`
	for _, tt := range []struct {
		file, operation string
		status          int
		body            string
	}{
		{"throttle", "GetRoleCredentials", 429, `{` + portal + `TooManyRequestsException","message":"HTTP 429 Unknown Code"}`},
		{"throttle", "CreateToken", 429, `"error":"too_many_requests"`},
		{"throttle", "GetCallerIdentity", 400, `<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>`},
		{"slow_down", "CreateToken", 400, `{"__type":"SlowDownException","error":"slow_down",`},
		{"slow_down", "ListAccounts", 200, answerText},
		{"invalid_grant", "CreateToken", 400, `"error":"invalid_grant"`},
		{"error", "ListAccounts", 500, portal + `InternalServerException"`},
		{"error, status: 503", "AssumeRole", 503, `<Type>Receiver</Type><Code>InternalFailure</Code>`},
		{"expired", "CreateToken", 400, `"error":"expired_token"`},
		{"expired", "StartDeviceAuthorization", 401, `"error":"invalid_client"`},
		{"expired", "RegisterClient", 200, answerText},
		{"expired", "ListAccountRoles", 401, portal + `UnauthorizedException","message":"Session token not found or invalid"}`},
		{"expired", "GetSessionToken", 403, `<Code>ExpiredToken</Code>`},
		{"throttle", "start", 200, answerText},
		{"throttle, operations: [Logout]", "Logout", 429, "HTTP 429"},
		{"throttle, operations: [Logout]", "ListAccounts", 200, answerText},
		{"clock_skew, by: -1h", "GetRoleCredentials", 200, `{"roleCredentials":{"accessKeyId":"A","expiration":1699996400000},"clientIdIssuedAt":1699996400,` +
			`"clientSecretExpiresAt":1699996409}<Expiration>2026-11-23T09:00:00Z</Expiration>`},
	} {
		got := ask(handler(t, "faults: [{fault: "+tt.file+"}]", nil), tt.operation)
		kind, _, _ := strings.Cut(tt.file, ",")
		if tt.body == answerText {
			kind = ""
		}
		if got.Code != tt.status || !strings.Contains(got.Body.String(), tt.body) || got.Header().Get(fault.Header) != kind {
			t.Errorf("%s of %s: %d %q %s", tt.file, tt.operation, got.Code, got.Header().Get(fault.Header), got.Body)
		}
	}
}

func TestHowOften(t *testing.T) {
	for often, want := range map[string]string{
		"count: 2":    "xx........",
		"every: 3":    "..x..x..x.",
		"rate: 1":     "xxxxxxxxxx",
		"status: 500": "xxxxxxxxxx",
	} {
		if got := pattern(t, "faults: [{fault: error, "+often+"}]"); got != want {
			t.Errorf("%s: %s, want %s", often, got, want)
		}
	}
	half := func(seed int) string {
		return pattern(t, fmt.Sprintf("{seed: %d, faults: [{fault: error, rate: 0.5}]}", seed))
	}
	if again := half(1); again != half(1) || again == half(2) || strings.Count(half(1), "x") == 10 || strings.Count(half(1), "x") == 0 {
		t.Errorf("%s, %s, and of another seed %s", half(1), half(1), half(2))
	}
}

// pattern is what became of ten requests: x where one failed.
func pattern(t *testing.T, file string) string {
	t.Helper()
	h, out := handler(t, file, nil), ""
	for range 10 {
		if ask(h, "ListAccounts").Code == 500 {
			out += "x"
		} else {
			out += "."
		}
		ask(h, "start") // counts for nothing
	}
	return out
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made []string
		h := handler(t, "faults: [{fault: latency, delay: 3s}, {fault: clock_skew, by: 1h}, {fault: throttle}, {fault: error}]", &made)
		began := time.Now()
		got := ask(h, "ListAccounts")
		if took := time.Since(began); took != 3*time.Second || got.Code != 429 {
			t.Errorf("%d after %v", got.Code, took)
		}
		if want := began.Add(time.Hour + 3*time.Second).UTC().Format(http.TimeFormat); got.Header().Get("Date") != want {
			t.Errorf("Date %s, want %s", got.Header().Get("Date"), want)
		}
		if diff := cmp.Diff([]string{"latency", "clock_skew", "throttle"}, made); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		file string
		body string // that arrives
	}{
		{"{fault: cut}", "none"},
		{"{fault: cut, where: start}", "none"},
		{"{fault: cut, where: body}", answerText[:len(answerText)/2]},
		{"{fault: clock_skew, by: 1ms}, {fault: cut, where: body}", ""},
	} {
		server := httptest.NewServer(handler(t, "faults: ["+tt.file+"]", nil))
		resp, err := http.Post(server.URL+"/ListAccounts", "", nil)
		if (err != nil) != (tt.body == "none") {
			t.Errorf("%s: %v", tt.file, err)
		}
		if err == nil {
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if !errors.Is(err, io.ErrUnexpectedEOF) || tt.body != "" && string(body) != tt.body || len(body) == 0 {
				t.Errorf("%s: %q, %v", tt.file, body, err)
			}
		}
		server.Close()
	}
}

func TestMistakes(t *testing.T) {
	for file, want := range map[string]string{
		"":                                       "f: no faults; want such as",
		"faults: []":                             "f: no faults",
		"fualts: []":                             `f:1:1: unknown field "fualts"`,
		"faults:\n- fault: throttle\n  rat: 0.1": `f:3:3: unknown field "rat"`,
		"faults:\n- fault: throttel":             `f:2: faults[0]: fault "throttel"; there are throttle,`,
		"faults: [{fault: throttle, rate: 2}]":   "f:1: faults[0]: rate 2; want above 0, up to 1",
		"faults: [{fault: throttle, rate: .nan}]":             "rate NaN",
		"faults: [{fault: throttle, count: 0}]":               "count 0; want from 1 on",
		"faults: [{fault: throttle, every: -1}]":              "every -1",
		"faults: [{fault: error, rate: 1, count: 1}]":         "rate, count and every exclude each other",
		"faults: [{fault: latency}]":                          `delay ""; want from 1ms to 25s`,
		"faults: [{fault: latency, delay: 1h}]":               `delay "1h"`,
		"faults: [{fault: latency, delay: soon}]":             "f:1:",
		"faults: [{fault: throttle, delay: 1s}]":              "delay is not for throttle",
		"faults: [{fault: clock_skew}]":                       `by ""; want such as`,
		"faults: [{fault: error, status: 404}]":               "status 404; want from 500 to 599",
		"faults: [{fault: cut, where: end}]":                  `where "end"; want start or body`,
		"faults: [{fault: cut, operations: [Sing]}]":          `operation "Sing"; cut can be of RegisterClient,`,
		"faults: [{fault: slow_down, operations: [Logout]}]":  `slow_down can be of CreateToken`,
		"faults:\n- {fault: cut}\n- {fault: x}\n- {fault: y}": "f:3: faults[1]: fault \"x\"; there are throttle, slow_down, latency, error, expired, invalid_grant, clock_skew and cut\nf:4: faults[2]",
		"faults: [": "f:1:",
	} {
		_, err := fault.Parse("f", []byte(file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}
