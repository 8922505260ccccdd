package centercli_test

import (
	"bufio"
	"bytes"
	gocmp "cmp"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"latchkey/internal/centercli"
	"latchkey/internal/testneed"
)

// asProgram makes the test binary be latchkey-center, to be stopped by signals.
const asProgram = "LATCHKEY_CENTER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(centercli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
	}
	testscript.Main(testneed.Waiting{M: m}, map[string]func(){
		"latchkey-center": func() {
			os.Exit(centercli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
		},
	})
}

type result struct {
	Code     int
	Out, Err string
}

func run(t *testing.T, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	code := centercli.Main(args, strings.NewReader(stdin), &out, &errOut, func(name string) string { return env[name] })
	return result{code, out.String(), errOut.String()}
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "center.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestImport(t *testing.T) {
	home := map[string]string{"HOME": t.TempDir(), "XDG_STATE_HOME": "", "LOCALAPPDATA": t.TempDir()}
	file := write(t, "users: [{name: alice}, {name: bob}]\ngroups: [{name: g, members: [alice]}]\nsettings: {sign_in_session: 1h}\n")
	want := result{0, "added or changed: 2 users, 1 group, 1 setting\n", ""}
	if diff := cmp.Diff(want, run(t, home, "", "import", file)); diff != "" {
		t.Error(diff)
	}
	want.Out = "nothing to change\n"
	if diff := cmp.Diff(want, run(t, home, "", "import", file)); diff != "" {
		t.Errorf("again: %s", diff)
	}
	if got := run(t, home, "users: [{name: carol}]", "import", "-"); got.Out != "added or changed: 1 user\n" {
		t.Errorf("from stdin: %+v", got)
	}
	if runtime.GOOS != "linux" {
		return
	}
	if _, err := os.Stat(filepath.Join(home["HOME"], ".local/state/latchkey-center/center.db")); err != nil {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "center.db")
	bad := write(t, "users: [{nam: \"a\\u001b[31m\"}]\naccounts: [{id: 1, name: a}]\n")
	missing := filepath.Join(t.TempDir(), "missing")
	for _, tt := range []struct {
		args []string
		want result
	}{
		{[]string{"import", "--database", db, bad}, result{1, "",
			"latchkey-center: " + bad + ":1:10: users[0].nam: unknown key; the keys here are " +
				"administrator, disabled, email, external_id, name, password, password_hash, source\n" +
				"latchkey-center: " + bad + ":2:17: accounts[0].id: \"1\" must be 12 digits\n" +
				"hint: nothing was imported; correct the file and import it again\n"}},
		{[]string{"import", "--database", db, missing}, result{1, "",
			"latchkey-center: open " + missing + ": no such file or directory\n"}},
		{[]string{"import"}, result{2, "",
			"latchkey-center: import takes one file\nhint: see \"latchkey-center import --help\"\n"}},
		{[]string{"serve", "--database", "postgres://user:secret@127.0.0.1:1/db?sslmode=disable", "--listen", "127.0.0.1:0"}, result{1, "",
			"latchkey-center: database postgres at 127.0.0.1: dial tcp 127.0.0.1:1: connect: connection refused\n" +
				"hint: is PostgreSQL running there, and are host and port of the address right?\n"}},
		{[]string{"serve", "--listen", "0.0.0.0:8080"}, result{2, "",
			"latchkey-center: --listen 0.0.0.0:8080 is not loopback: passwords would cross the network unencrypted\n" +
				"hint: give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS\n"}},
		{[]string{"serve", "--listen", ":8080"}, result{2, "",
			"latchkey-center: --listen :8080 is not loopback: passwords would cross the network unencrypted\n" +
				"hint: give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS\n"}},
		{[]string{"serve", "--listen", "8080"}, result{2, "",
			"latchkey-center: --listen \"8080\" is not HOST:PORT\nhint: for example --listen 127.0.0.1:8080\n"}},
		{[]string{"serve", "--tls-cert", "x"}, result{2, "",
			"latchkey-center: --tls-cert and --tls-key go together\nhint: give both, or neither\n"}},
		{[]string{"serve", "--origin", "http://sso.example.com"}, result{2, "",
			"latchkey-center: --origin \"http://sso.example.com\" is not an origin\nhint: for example --origin https://sso.example.com\n"}},
		{[]string{"serve", "--start-url", "d-1", "--listen", "127.0.0.1:0", "--database", db}, result{1, "",
			"latchkey-center: start URL d-1: want https://HOST/start\n"}},
		{[]string{"serve", "--region", "US East", "--listen", "127.0.0.1:0", "--database", db}, result{1, "",
			"latchkey-center: region \"US East\" is not of AWS's form, such as us-east-1\n"}},
		{[]string{"serve", "--lisen", "x"}, result{2, "",
			"latchkey-center: unknown flag: --lisen\nhint: see \"latchkey-center serve --help\"\n"}},
		{[]string{"sevre"}, result{2, "",
			"latchkey-center: unknown argument \"sevre\"\nhint: see \"latchkey-center --help\"\n"}},
		{[]string{"serve"}, result{1, "",
			"latchkey-center: no home directory to keep the database in\nhint: name one with --database sqlite:PATH\n"}},
	} {
		if tt.args[0] == "serve" && len(tt.args) == 1 {
			tt.args = append(tt.args, "--listen", "127.0.0.1:0")
		}
		if diff := cmp.Diff(tt.want, run(t, nil, "", tt.args...)); diff != "" {
			t.Errorf("%q: %s", tt.args, diff)
		}
	}
}

func TestOrigin(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string // of the start URL; "" is that of the address listened on
	}{
		{nil, ""},
		{[]string{"--origin", "https://sso.example.com", "--behind-proxy"}, "https://sso.example.com/start"},
		{[]string{"--origin", "https://sso.example.com", "--behind-proxy", "--region", "eu-central-1"}, "https://sso.example.com/start"},
	} {
		cmd, url, _ := program(t, append(tt.args, "--database", "sqlite:"+filepath.Join(t.TempDir(), "c.db"))...)
		resp, err := http.Get(url + "/.well-known/latchkey-center")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := gocmp.Or(tt.want, url+"/start"); err != nil || !strings.Contains(string(body), `"start_url":"`+want+`"`) {
			t.Errorf("%q: %s, want %s", tt.args, body, want)
		}
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%q: %v", tt.args, err)
		}
	}
}

// program starts latchkey-center and waits for its one line.
func program(t *testing.T, args ...string) (cmd *exec.Cmd, url string, logs *bytes.Buffer) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no SIGTERM here")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	logs = &bytes.Buffer{}
	cmd.Stderr = logs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if !regexp.MustCompile(`^listening on http://127\.0\.0\.1:[0-9]+\n$`).MatchString(line) {
		t.Fatalf("it said %q (%v), and on stderr: %s", line, err, logs)
	}
	return cmd, strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), logs
}

// SIGTERM: a request that has begun is answered, then the program ends with 0.
func TestStop(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		file := write(t, "users: [{name: alice, password: correct horse}]")
		cmd, url, logs := program(t, "--database", "sqlite:"+filepath.Join(t.TempDir(), "c.db"), "--import", file)
		body, client := io.Pipe()
		answered := make(chan string, 1)
		go func() { answered <- post(url+"/client/register", body) }()
		io.WriteString(client, `{"clientName":"x",`) // read when the center asks for it
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		waitRefused(t, url)
		io.WriteString(client, `"clientType":"public"}`)
		client.Close()
		if got := <-answered; got != "200 OK" {
			t.Errorf("%v: the request under way got %s", signal, got)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", signal, err, logs)
		}
		if strings.Contains(logs.String(), "correct horse") {
			t.Error("the password is in the log")
		}
	}
}

// post sends body once the server has begun with the request.
func post(url string, body io.Reader) string {
	req, err := http.NewRequest("POST", url, body)
	if err != nil {
		return err.Error()
	}
	req.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	resp, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	resp.Body.Close()
	return resp.Status
}

// waitRefused waits until nothing listens at url any more.
func waitRefused(t *testing.T, url string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		resp, err := client.Get(url + "/healthz")
		if err != nil {
			return
		}
		resp.Body.Close()
	}
	t.Fatal("it still takes requests")
}

// The variable names the database for every command; a flag wins over it.
func TestDatabaseOfEnvironment(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"LATCHKEY_CENTER_DATABASE": "sqlite:" + filepath.Join(dir, "named.db")}
	if got := run(t, env, "a password of alice\n", "init", "--no-input", "--name", "alice"); got.Code != 0 || strings.Contains(got.Out, "--database") {
		t.Errorf("init: %+v", got)
	}
	if got := run(t, env, "", "user", "list"); !strings.Contains(got.Out, "alice") {
		t.Errorf("user list: %+v", got)
	}
	if got := run(t, env, "", "user", "list", "--database", "sqlite:"+filepath.Join(dir, "other.db")); got.Code != 1 {
		t.Errorf("another database: %+v", got)
	}
}
