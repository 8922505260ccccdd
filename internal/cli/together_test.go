package cli_test

import (
	"bufio"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A crowd of latchkey processes shares a home and a stand-in of SSO OIDC.
type crowd struct {
	t    *testing.T
	oidc *oidc
	env  []string
	work string
}

func newCrowd(t *testing.T) *crowd {
	work := t.TempDir()
	o := &oidc{file: filepath.Join(work, "asked")}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	config := `[profile dev]
sso_session = corp
sso_account_id = 123456789011
sso_role_name = ReadOnly
[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
`
	if err := os.WriteFile(filepath.Join(work, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return &crowd{t: t, oidc: o, work: work, env: []string{
		"HOME=" + work, "WORK=" + work, "AWS_CONFIG_FILE=" + filepath.Join(work, "config"), "PATH=" + os.Getenv("PATH"),
		"AWS_ENDPOINT_URL=" + server.URL, "BROWSER=follow", "TZ=UTC", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}}
}

// A member is one process of a crowd.
type member struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout strings.Builder
	stderr *bufio.Reader
}

func (c *crowd) start(args ...string) *member {
	c.t.Helper()
	self, err := exec.LookPath("latchkey")
	if err != nil {
		c.t.Fatal(err)
	}
	m := &member{t: c.t, cmd: exec.Command(self, args...)}
	m.cmd.Env, m.cmd.Dir, m.cmd.Stdout = c.env, c.work, &m.stdout
	stderr, err := m.cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	m.stderr = bufio.NewReader(stderr)
	if err := m.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { m.cmd.Process.Kill() })
	return m
}

// says reads what the member tells until it matches.
func (m *member) says(pattern string) string {
	m.t.Helper()
	for {
		line, err := m.stderr.ReadString('\n')
		if found := regexp.MustCompile(pattern).FindString(line); found != "" {
			return found
		}
		if err != nil {
			m.t.Fatalf("latchkey ended and did not say %q", pattern)
		}
	}
}

// end returns what the member printed, and what it told since the last says.
func (m *member) end() (stdout, stderr string, err error) {
	told, readErr := io.ReadAll(m.stderr)
	if readErr != nil {
		m.t.Error(readErr)
	}
	err = m.cmd.Wait()
	return m.stdout.String(), string(told), err
}

const authorizeURL = `http://127\.0\.0\.1:[0-9]+/authorize\?\S+`

// Processes that need a person to sign in to one session ask once; the others
// say what they wait for and take its token.
func TestOneSignInForAllProcesses(t *testing.T) {
	c := newCrowd(t)
	first := c.start("sso", "login", "--profile", "dev", "--no-browser")
	url := first.says(authorizeURL)

	_, told, err := c.start("sso", "login", "--profile", "dev", "--wait", "0").end()
	if err == nil || !regexp.MustCompile(`^latchkey: another sign-in to the same session is under way \(process \d+\)\nhint: `).MatchString(told) {
		t.Errorf("without patience: %v, %s", err, told)
	}
	_, told, err = c.start("configure", "export-credentials", "--profile", "dev").end()
	if err == nil || !strings.Contains(told, `hint: run "latchkey sso login --profile dev"`) {
		t.Errorf("a helper that may not ask: %v, %s", err, told)
	}

	c.env = append(c.env, "LATCHKEY_AUTO_LOGIN=1")
	var waiting []*member
	for _, command := range []string{"sso login", "sso login", "sso get-token", "configure export-credentials"} {
		m := c.start(append(strings.Fields(command), "--profile", "dev")...)
		m.says(`^Waiting up to 2m0s for the sign-in of process \d+ to the same session\.`)
		waiting = append(waiting, m)
	}
	if err := load(url); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Successfully logged into", "Successfully logged into", "AT1\n", "ASIA1"} {
		if out, told, err := waiting[i].end(); err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: %v\n%s%s", waiting[i].cmd.Args[1:], err, out, told)
		}
	}
	if _, told, err := first.end(); err != nil {
		t.Errorf("the first: %v %s", err, told)
	}
	if _, err := os.Stat(filepath.Join(c.work, "opened")); err == nil || c.oidc.tokens != 1 {
		t.Errorf("%d tokens, browser opened: %v", c.oidc.tokens, err == nil)
	}
}

// Who dies while signing in is in nobody's way.
func TestDeadSignInFreesTheSession(t *testing.T) {
	c := newCrowd(t)
	first := c.start("sso", "login", "--profile", "dev", "--no-browser")
	first.says(authorizeURL)
	first.cmd.Process.Kill()
	first.end()
	if out, told, err := c.start("sso", "login", "--profile", "dev", "--wait", "0").end(); err != nil || !strings.Contains(out, "Successfully") {
		t.Errorf("%v: %s%s", err, out, told)
	}
}

// A helper that may ask opens the browser itself, and only then.
func TestHelperSignsInIfToldTo(t *testing.T) {
	c := newCrowd(t)
	export := []string{"configure", "export-credentials", "--profile", "dev"}
	if out, _, err := c.start(export...).end(); err == nil || out != "" {
		t.Errorf("printed %q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(c.work, "opened")); err == nil {
		t.Error("a browser was opened")
	}
	c.env = append(c.env, "LATCHKEY_AUTO_LOGIN=1")
	if out, told, err := c.start(append(export, "--no-input")...).end(); err == nil || out != "" {
		t.Errorf("with --no-input: %q %s", out, told)
	}
	out, told, err := c.start(export...).end()
	if err != nil || !strings.Contains(out, "ASIA1") || !strings.Contains(told, "set LATCHKEY_LOGIN=device") {
		t.Errorf("%v: %s%s", err, out, told)
	}
}
