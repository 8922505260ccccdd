package compat_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/testneed"
)

// The directory of testdata/directory.yaml, and a start URL of AWS's kind that
// the center answers for.
const (
	userName    = "alice"
	password    = "correct horse battery staple"
	account     = "123456789011"
	role        = "ReadOnly"
	region      = "us-east-1"
	awsStartURL = "https://d-1234567890.awsapps.com/start"
)

var roleARN = regexp.MustCompile(`^arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_[0-9a-f]{16}/alice$`)

func TestMain(m *testing.M) {
	if profile, ok := os.LookupEnv(asSDK); ok {
		sdkMain(profile)
		return
	}
	dir, err := os.MkdirTemp("", "latchkey-compat-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built.dir = dir
	code := testneed.Waiting{M: m}.Run()
	stopChromium()
	os.RemoveAll(dir)
	os.Exit(code)
}

// built is where the two programs are, once a test asked for them.
var built struct {
	dir  string
	once sync.Once
	err  error
}

// programs names the directory of the two to the tests that TestOnPostgres runs.
const programs = "LATCHKEY_COMPAT_PROGRAMS"

func program(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv(programs)
	if dir == "" {
		built.once.Do(func() { built.err = build(testneed.Program(t, "go"), built.dir) })
		if built.err != nil {
			t.Fatal(built.err)
		}
		dir = built.dir
	}
	return filepath.Join(dir, name)
}

func build(goTool, dir string) error {
	if err := testneed.Sources("../cmd", "../internal"); err != nil {
		return err
	}
	cmd := exec.Command(goTool, "build", "-o", dir, "latchkey/cmd/latchkey", "latchkey/cmd/latchkey-center")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}

// center is a latchkey-center with the directory of testdata.
type center struct{ origin string }

var listening = regexp.MustCompile(`(?m)^listening on (http://127\.0\.0\.1:\d+)$`)

func startCenter(t *testing.T) center {
	t.Helper()
	return startCenterOn(t, database(t, newMachine(t)))
}

func startCenterOn(t *testing.T, database string) center {
	t.Helper()
	p := newMachine(t).with("LATCHKEY_CENTER_DATABASE="+database).start(t, program(t, "latchkey-center"),
		"serve", "--listen", "127.0.0.1:0", "--import", script(t, "directory.yaml"), "--region", region, "--start-url", awsStartURL)
	return center{origin: p.printed(t, listening)[1]}
}

func (c center) startURL() string { return c.origin + "/start" }

// prompt is where a person is sent and the code that they are to see there.
type prompt struct{ url, code string }

var (
	devicePage = regexp.MustCompile(`(https?://127\.0\.0\.1:\d+/device)`)
	userCode   = regexp.MustCompile(`\b([A-Z0-9]{4}-[A-Z0-9]{4})\b`)
)

// prompted waits for the prompt of a program that signs in by device code.
func prompted(t *testing.T, p *process) prompt {
	t.Helper()
	code := p.printed(t, userCode)[1]
	page := p.printed(t, devicePage)[1]
	return prompt{url: page + "?user_code=" + code, code: code}
}

// clis are the AWS CLIs on PATH and the distribution's, each asked once for its
// version: that takes the better part of a second.
var clis = sync.OnceValue(func() (found []awsCLI) {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/bin") {
		c := awsCLI{path: filepath.Join(dir, "aws")}
		if slices.ContainsFunc(found, func(have awsCLI) bool { return have.path == c.path }) {
			continue
		}
		out, err := exec.Command(c.path, "--version").Output()
		if err != nil {
			continue
		}
		if _, err := fmt.Sscanf(string(out), "aws-cli/%d.%d", &c.major, &c.minor); err == nil {
			c.says = strings.TrimSpace(string(out))
			found = append(found, c)
		}
	}
	return found
})

type awsCLI struct {
	path, says   string
	major, minor int
}

// cli returns the first AWS CLI whose version suits.
func cli(t *testing.T, what string, suits func(major, minor int) bool) string {
	t.Helper()
	for _, c := range clis() {
		if suits(c.major, c.minor) {
			t.Logf("%s: %s", c.path, c.says)
			return c.path
		}
	}
	testneed.Check(t, false, "no "+what)
	return ""
}

// servicesCLI is an AWS CLI that reads the services sections of the config file.
func servicesCLI(t *testing.T) string {
	t.Helper()
	return cli(t, "AWS CLI that knows services sections (1.29, 2.13)", func(major, minor int) bool {
		return major == 1 && minor >= 29 || major == 2 && minor >= 13
	})
}

func cli2(t *testing.T) string {
	t.Helper()
	return cli(t, "AWS CLI v2", func(major, _ int) bool { return major == 2 })
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// localClient is an HTTP client of its own, so that no test shares connections.
func localClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}
