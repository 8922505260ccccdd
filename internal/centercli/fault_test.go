package centercli_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFaults(t *testing.T) {
	file := write(t, "faults: [{fault: throttle, operations: [ListAccounts], count: 1}]\n")
	cmd, url, logs := program(t, "--fault", file, "--database", "sqlite:"+filepath.Join(t.TempDir(), "c.db"))
	for _, want := range []struct {
		status int
		header string
	}{{429, "throttle"}, {401, ""}} {
		resp, err := http.Get(url + "/assignment/accounts")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("X-Latchkey-Fault"); resp.StatusCode != want.status || got != want.header {
			t.Errorf("%d %q, want %d %q", resp.StatusCode, got, want.status, want.header)
		}
	}
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(string(body), `latchkey_center_faults_total{fault="throttle",operation="ListAccounts"} 1`) ||
		!strings.Contains(string(body), `latchkey_center_throttled_total{operation="ListAccounts"} 1`) {
		t.Errorf("%v\n%s", err, body)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if want := `"level":"WARN","msg":"this center fails on demand","fault":"throttle of [ListAccounts], the first 1"`; !strings.Contains(logs.String(), want) {
		t.Errorf("no %s in %s", want, logs)
	}
}

func TestFaultMistakes(t *testing.T) {
	file := write(t, "faults:\n- fault: throttle\n  sometimes: true\n")
	got := run(t, nil, "", "serve", "--listen", "127.0.0.1:0", "--fault", file, "--database", "sqlite:"+filepath.Join(t.TempDir(), "c.db"))
	want := result{1, "", "latchkey-center: " + file + ":3:3: unknown field \"sometimes\"\n" +
		"hint: the faults that there are, with examples, are in docs/operating.md\n"}
	if got != want {
		t.Errorf("%+v", got)
	}
}
