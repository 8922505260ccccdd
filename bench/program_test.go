package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// TestMain makes the test binary the browser that latchkey starts.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_BROWSER") != "" {
		http.Get(os.Args[len(os.Args)-1])
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "latchkey-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built.dir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// built is where the program is, once a test asked for it.
var built struct {
	dir  string
	once sync.Once
	err  error
}

// program returns the path of latchkey, built as it is released.
func program(t testing.TB) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: on Windows a home is not where HOME says")
	}
	testneed.Program(t, "go")
	path := filepath.Join(built.dir, "latchkey")
	built.once.Do(func() { built.err = build(path, "latchkey/cmd/latchkey") })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return path
}

// build compiles pkg and copies the result: a file that the linker has just
// written starts more slowly than the same bytes copied.
func build(installed, pkg string) error {
	if err := testneed.Sources("../cmd", "../internal"); err != nil {
		return err
	}
	linked := installed + ".linked"
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", linked, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	data, err := os.ReadFile(linked)
	if err != nil {
		return err
	}
	return os.WriteFile(installed, data, 0o700)
}

// full asks for every figure at its full size. The small one keeps the ordinary
// run of all tests quick.
func full() bool { return os.Getenv("LATCHKEY_BENCH") == "full" }

func size(small, large int) int {
	if full() {
		return large
	}
	return small
}

// What the users of these tests have configured.
const (
	startURL = "https://d-1234567890.awsapps.com/start"
	region   = "us-east-1"
	corp     = "corp"
	account  = "123456789011"
	role     = "ReadOnly"
)

const sessionSection = `# the company's portal
[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

`

func profileSection(name, role string) string {
	return fmt.Sprintf("[profile %s]\nsso_session = corp\nsso_account_id = %s\nsso_role_name = %s\nregion = us-west-2\n", name, account, role)
}

// A user has a home of their own and a portal in place of AWS.
type user struct {
	home    string
	env     []string
	program string
}

func newUser(t testing.TB, p *portal) user {
	t.Helper()
	home := t.TempDir()
	return user{home: home, program: program(t), env: []string{
		"HOME=" + home, "AWS_EC2_METADATA_DISABLED=true", "PATH=/usr/bin:/bin", "TZ=UTC", "NO_PROXY=127.0.0.1", "AWS_ENDPOINT_URL=" + p.URL,
		"BROWSER=" + os.Args[0], "TEST_BROWSER=1",
	}}
}

func (u user) configFile() string { return filepath.Join(u.home, ".aws", "config") }

func (u user) configure(t testing.TB, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Join(u.home, ".aws"), 0o700))
	must(t, os.WriteFile(u.configFile(), []byte(text), 0o600))
}

func (u user) cache() ssocache.Dir { return ssocache.In(u.home) }

// token puts the session's token number 0 where latchkey finds it.
func (u user) token(t testing.TB, left time.Duration) {
	t.Helper()
	must(t, u.cache().PutToken(ssocache.TokenKey(startURL, corp), ssocache.Token{
		StartURL: startURL, Region: region,
		AccessToken: awscred.Secret(accessToken(0)), RefreshToken: awscred.Secret(refreshToken(0)),
		ExpiresAt: time.Now().Add(left), ClientID: clientID, ClientSecret: clientSecret, RegistrationExpiresAt: distant(),
	}))
}

// distant is long after every test.
func distant() time.Time { return time.Date(2099, time.January, 1, 0, 0, 0, 0, time.UTC) }

func roleKey(role string) string { return ssocache.CredentialsKey(account, role, corp, startURL) }

// roleCredentials puts the role's credentials number 0 where latchkey finds
// them.
func (u user) roleCredentials(t testing.TB, role string, left time.Duration) {
	t.Helper()
	must(t, u.cache().PutCredentials(roleKey(role), credentials(0, time.Now().Add(left))))
}

// credentials are those that a portal gives under the number n. Their length
// differs from those before and after.
func credentials(n int, ends time.Time) awscred.Credentials {
	return awscred.Credentials{
		AccessKeyID:     fmt.Sprintf("ASIA%016d", n),
		SecretAccessKey: awscred.Secret(fmt.Sprintf("secret%d", n)),
		SessionToken:    awscred.Secret(fmt.Sprintf("session%d+%s", n, padding(n))),
		Expiration:      ends,
		AccountID:       account,
	}
}

func accessToken(n int) string  { return fmt.Sprintf("access-%d-%s", n, padding(n)) }
func refreshToken(n int) string { return fmt.Sprintf("refresh-%d", n) }
func padding(n int) string      { return strings.Repeat("t", n*611%6000) }

func (u user) command(args ...string) *exec.Cmd {
	cmd := exec.Command(u.program, args...)
	cmd.Env = u.env
	return cmd
}

// An outcome is what a process left to see.
type outcome struct {
	out, err string
	code     int
}

func (u user) run(args ...string) outcome {
	cmd := u.command(args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	failed := cmd.Run()
	return outcome{out.String(), err.String(), exitCode(failed)}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// together starts n processes, calls started, and waits for all of them.
func (u user) together(t *testing.T, n int, args func(i int) []string, started func()) []outcome {
	t.Helper()
	cmds, outs, errs := make([]*exec.Cmd, n), make([]bytes.Buffer, n), make([]bytes.Buffer, n)
	for i := range cmds {
		cmds[i] = u.command(args(i)...)
		cmds[i].Stdout, cmds[i].Stderr = &outs[i], &errs[i]
		must(t, cmds[i].Start())
	}
	started()
	ended := make([]outcome, n)
	for i, cmd := range cmds {
		err := cmd.Wait()
		ended[i] = outcome{outs[i].String(), errs[i].String(), exitCode(err)}
	}
	return ended
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
