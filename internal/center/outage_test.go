package center_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center"
	"latchkey/internal/center/storetest/pgtest"
)

// While PostgreSQL is away every answer is 503, in the protocol's own words and
// without a cause; once it is back everything goes on, and nothing was lost.
func TestDatabaseGoesAndComesBack(t *testing.T) {
	server := pgtest.Start(t)
	w := serve(t, func(c *center.Config) { c.Database = server.URL() })
	token := w.token(t, "alice", "correct horse")
	d := w.startDevice(t, w.register(t))

	server.Kill()
	for what, got := range map[string]answer{
		"POST /client/register": w.post(t, "/client/register", `{"clientName": "x", "clientType": "public"}`),
		"POST /token":           w.poll(t, d),
		"GET /assignment":       w.portal(t, "GET", "/assignment/accounts?max_result=10", token),
		"POST /sign-in":         postForm(t, w.URL+"/sign-in", "username=alice&password=correct+horse"),
		"GET /readyz":           get(t, w.URL+"/readyz"),
	} {
		if got.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
		if what != "GET /readyz" && got.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", what)
		}
		for _, cause := range []string{"127.0.0.1", "dial", "postgres", "pgx", "conn"} {
			if strings.Contains(strings.ToLower(string(got.Body)), cause) && !strings.Contains(string(got.Body), w.URL) {
				t.Errorf("%s tells %q: %s", what, cause, got.Body)
			}
		}
	}
	if got := get(t, w.URL+"/healthz"); got.Status != http.StatusOK {
		t.Errorf("/healthz: %d, but the process lives", got.Status)
	}

	server.Run()
	back := time.Now()
	if got := get(t, w.URL+"/readyz"); got.Status != http.StatusOK {
		t.Errorf("/readyz: %d %s", got.Status, got.Body)
	}
	if got := w.portal(t, "GET", "/assignment/accounts?max_result=10", token); got.Status != http.StatusOK {
		t.Errorf("the token from before: %d %s", got.Status, got.Body)
	}
	p := w.person(t)
	p.signIn("alice", "correct horse")
	p.decide(d, "cli_login_button")
	if got := w.poll(t, d); got.Status != http.StatusOK {
		t.Errorf("the device code from before: %d %s", got.Status, got.Body)
	}
	if took := time.Since(back); took > 5*time.Second {
		t.Errorf("all that took %v once it was back", took)
	}
}

func get(t *testing.T, address string) answer {
	t.Helper()
	resp, err := http.Get(address)
	return read(t, resp, err)
}

func postForm(t *testing.T, address, form string) answer {
	t.Helper()
	values, err := url.ParseQuery(form)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.PostForm(address, values)
	return read(t, resp, err)
}
