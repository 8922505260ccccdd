package cli_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"latchkey/internal/center"
	"latchkey/internal/center/fault"
	"latchkey/internal/cli"
	"latchkey/internal/testneed"
	_ "latchkey/internal/warm" // as in the program
	"latchkey/internal/webuser"
)

func TestMain(m *testing.M) {
	testscript.Main(testneed.Waiting{M: m}, map[string]func(){
		"latchkey": func() { os.Exit(cli.Main(os.Args[1:])) },
		"approve":  func() { os.Exit(browse("cli_login_button")) },
		"deny":     func() { os.Exit(browse("cli_deny_button")) },
		"follow":   func() { os.Exit(follow()) },
	})
}

// TestScript runs what a person types and sees: one script for each promise.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"center":  cmdCenter,
			"oidc":    cmdOIDC,
			"world":   cmdWorld,
			"hostile": cmdHostile,
			"attend":  cmdAttend,
			"mode":    cmdMode,
			"age":     cmdAge,
			"sts":     cmdSTS,
		},
	})
}

// freePort is one that nobody listens on, and below those that systems give to
// whoever asks for any.
func freePort() string {
	for {
		port := strconv.Itoa(20000 + rand.N(10000))
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
}

func setup(env *testscript.Env) error {
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("TZ", "UTC")
	env.Setenv("NO_PROXY", "127.0.0.1")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("BROWSER", "approve")
	env.Setenv("PERSON", "alice")
	env.Setenv("PORT", freePort())
	env.Setenv("PASSWORD", "correct horse battery")
	directory, err := os.ReadFile("testdata/guide.yaml")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(env.WorkDir, "directory.yaml"), directory, 0o600); err != nil {
		return err
	}
	return os.MkdirAll(filepath.Join(env.WorkDir, "home"), 0o700)
}

// cmdCenter serves a center with the guide's directory: `center [start URL...]`.
// CENTER is its origin, CENTER_HOST the host and port of that.
func cmdCenter(ts *testscript.TestScript, neg bool, args []string) {
	directory, err := os.ReadFile(ts.MkAbs("directory.yaml"))
	ts.Check(err)
	ln, origin, err := center.Listen("127.0.0.1:0")
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var faults *fault.Faults
	if file, err := os.ReadFile(ts.MkAbs("faults.yaml")); err == nil {
		faults, err = fault.Parse("faults.yaml", file)
		ts.Check(err)
	}
	c, err := center.New(ctx, center.Config{
		Database: "sqlite:" + filepath.Join(ts.Getenv("WORK"), strings.ReplaceAll(ln.Addr().String(), ":", "-")+".db"), Origin: origin, Region: "us-east-1",
		StartURLs: args, Faults: faults, Logger: log,
	})
	ts.Check(err)
	_, err = c.Import(ctx, bytes.NewReader(directory), "directory.yaml")
	ts.Check(err)
	done := make(chan error, 1)
	go func() { done <- center.Serve(ctx, ln, center.NewServer(c.Handler(), log), "", "") }()
	ts.Defer(func() {
		stop()
		<-done
		c.Close()
	})
	ts.Setenv("CENTER", origin)
	ts.Setenv("CENTER_HOST", strings.TrimPrefix(origin, "http://"))
	ts.Setenv("CENTER_NAME", "center-"+strings.ReplaceAll(strings.TrimPrefix(origin, "http://"), ":", "-"))
}

// cmdAttend runs latchkey without a browser while a person at another machine
// opens the URL that it shows: `attend cli_login_button sso login`. Its output
// is left in the files out and all. With follow for a button, the person is let
// in without one.
func cmdAttend(ts *testscript.TestScript, neg bool, args []string) {
	self, err := exec.LookPath("latchkey")
	ts.Check(err)
	cmd := exec.Command(self, args[1:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), scriptEnv(ts)
	shown := &watcher{found: make(chan string, 1)}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, shown), shown
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case url := <-shown.found:
		if args[0] == "follow" {
			ts.Check(load(url))
		} else {
			ts.Check(walk(url, ts.Getenv("PERSON"), ts.Getenv("PASSWORD"), args[0]))
		}
		err = <-ended
	case err = <-ended:
	case <-time.After(20 * time.Second):
		cmd.Process.Kill()
		ts.Fatalf("no URL was shown: %s", shown.text())
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("all"), []byte(shown.text()), 0o600))
	if neg == (err == nil) {
		ts.Fatalf("latchkey ended with %v:\n%s", err, shown.text())
	}
}

func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"HOME", "PATH", "TZ", "NO_PROXY", "WORK", "AWS_CONFIG_FILE", "AWS_PROFILE", "AWS_ENDPOINT_URL", "SSH_CONNECTION", "BROWSER",
		"LATCHKEY_LOGIN", "LATCHKEY_AUTO_LOGIN",
		"TESTSCRIPT_COMMAND", "GOCOVERDIR",
	} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// browse is what BROWSER names in the scripts: a person who signs in and
// presses the last button.
func browse(button string) int {
	if err := walk(os.Args[len(os.Args)-1], os.Getenv("PERSON"), os.Getenv("PASSWORD"), button); err != nil {
		// Where the tests look, since a browser's own output goes nowhere.
		os.WriteFile(filepath.Join(os.Getenv("WORK"), "browser-failed"), []byte(err.Error()), 0o600)
		return 1
	}
	return 0
}

// walk goes from the page of a device code, or of an authorization code, to the
// last page.
func walk(url, person, password, button string) error {
	page, err := webuser.New(&http.Client{Timeout: 10 * time.Second, Transport: comeBack{}}).Open(url)
	if err != nil {
		return err
	}
	if page.HasField("password") {
		page.Fill(map[string]string{"username": person, "password": password})
		if page, err = page.Submit(); err != nil {
			return err
		}
	}
	for _, id := range []string{"cli_verification_btn", button} {
		if id != button && strings.Contains(url, "/authorize?") {
			continue // there is no code to compare
		}
		if page, err = page.Press(id); err != nil {
			return err
		}
	}
	return nil
}

// comeBack follows the last redirect of a sign-in, which leaves the origin for
// the program that waits on this machine; every other one is webuser's matter.
type comeBack struct{}

func (comeBack) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	to, err := resp.Location()
	if err != nil || to.Hostname() != "127.0.0.1" || to.Path != "/oauth/callback" {
		return resp, nil
	}
	resp.Body.Close()
	back, err := http.NewRequestWithContext(req.Context(), http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(back)
}

// A watcher keeps output and finds the URL that has the code filled in, or
// needs none.
type watcher struct {
	buf   syncBuffer
	found chan string
}

var completeURL = regexp.MustCompile(`https?://\S+(user_code=|/authorize\?)\S+\n`)

func (w *watcher) Write(p []byte) (int, error) {
	w.buf.Write(p)
	if url := completeURL.FindString(w.buf.String()); url != "" {
		select {
		case w.found <- strings.TrimSpace(url):
		default:
		}
	}
	return len(p), nil
}

func (w *watcher) text() string { return w.buf.String() }

// cmdMode checks permissions: `mode 0600 file`.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := "0" + strings.TrimLeft(info.Mode().Perm().String(), "-"); octal(info.Mode().Perm()) != args[0] {
		ts.Fatalf("%s has mode %s (%s), not %s", args[1], octal(info.Mode().Perm()), got, args[0])
	}
}

// cmdAge makes what a cache directory holds end in the past:
// `age expiresAt home/.aws/sso/cache`.
func cmdAge(ts *testscript.TestScript, neg bool, args []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), "*.json"))
	ts.Check(err)
	field := regexp.MustCompile(`("` + args[0] + `": )"[^"]*"`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		ts.Check(err)
		if bytes.Contains(b, []byte("accessToken")) || bytes.Contains(b, []byte("ProviderType")) {
			ts.Check(os.WriteFile(f, field.ReplaceAll(b, []byte(`$1"2020-01-01T00:00:00Z"`)), 0o600))
		}
	}
}
