package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// build returns the demonstration as a program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "demo")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if err := testneed.Sources("..", "../../internal"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// The main job, start to end, in a home that must stay as it was.
func TestAuto(t *testing.T) {
	home, temp := t.TempDir(), t.TempDir()
	config := filepath.Join(home, ".aws", "config")
	if err := errors.Join(os.Mkdir(filepath.Dir(config), 0o700), os.WriteFile(config, []byte("[default]\nregion = xx-mine-1\n"), 0o400),
		os.Chmod(filepath.Dir(config), 0o500), os.Chmod(home, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(home, 0o700); os.Chmod(filepath.Dir(config), 0o700) })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, build(t), "--auto")
	cmd.Env = append(os.Environ(), "HOME="+home, "USERPROFILE="+home, "TMPDIR="+temp, "TMP="+temp,
		"AWS_PROFILE=persons-own", "AWS_CONFIG_FILE="+config, "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ACCESS_KEY_ID=AKIAPERSONSOWN")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	checkTranscript(t, string(out))
	checkUntouched(t, home)
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func checkTranscript(t *testing.T, out string) {
	t.Helper()
	for _, want := range []string{
		`(?m)^ok   a center serves at http://127\.0\.0\.1:\d+`,
		`\| SSO session name \(Recommended\): \n`,
		`\| SSO start URL \[None\]: http://127\.0\.0\.1:\d+/start\n`,
		`in the browser: alice signed in`,
		`in the browser: the code is the one in the terminal, [A-Z]{4}-[A-Z]{4}`,
		`in the browser: access allowed, Request approved`,
		`\| There are 2 AWS accounts available to you\.`,
		`\| Using the account ID 123456789011`,
		`\| Using the role name "ReadOnly"`,
		`\| \[profile my-dev-profile\]`,
		`"Arn": "arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_[0-9a-f]{16}/alice"`,
		`(?m)^ok   the credentials are those of alice`,
		`(?m)^(ok   the AWS CLI says the same|--   .*aws.* not shown)`,
		`(?m)^ok   every step worked`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func checkUntouched(t *testing.T, home string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		found = append(found, strings.TrimPrefix(path, home))
		return err
	})
	want := []string{"", filepath.FromSlash("/.aws"), filepath.FromSlash("/.aws/config")}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("the person's home holds %q, %v", found, err)
	}
}

func TestEnviron(t *testing.T) {
	env := home{"/tmp/demo"}.environ([]string{
		"HOME=/home/me", "PATH=/usr/bin", "AWS_PROFILE=mine", "aws_profile=mine", "AWS_ENDPOINT_URL=x", "LANG=C", "NO_PROXY=internal", "BROWSER=w3m",
	})
	for name, want := range map[string]string{
		"HOME": filepath.FromSlash("/tmp/demo/home"), "USERPROFILE": filepath.FromSlash("/tmp/demo/home"), "LANG": "C",
		"AWS_PROFILE": "", "aws_profile": "", "AWS_ENDPOINT_URL": "", "NO_PROXY": "internal,127.0.0.1", "no_proxy": "127.0.0.1",
		"PATH": filepath.FromSlash("/tmp/demo/bin") + string(os.PathListSeparator) + "/usr/bin",
	} {
		if got := lookup(env, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if got := lookup(env, "BROWSER"); runtime.GOOS != "windows" && got != "env 'HOME=/home/me' w3m" {
		t.Errorf("BROWSER=%s", got)
	}
}

func TestBrowserIsThePersons(t *testing.T) {
	get := func(environ ...string) func(string) string {
		return func(name string) string { return lookup(environ, name) }
	}
	for want, env := range map[string]func(string) string{
		"":                            get("HOME=/home/me"),
		"env 'HOME=/home/me' firefox": get("HOME=/home/me", "BROWSER=firefox", "SSH_CONNECTION=x"),
		"w3m":                         get("HOME=/home/o'me", "BROWSER=w3m"),
	} {
		if got := browserAtHome(env); runtime.GOOS != "windows" && got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := browserAtHome(get("HOME=/home/me", "DISPLAY=:0", "SSH_CONNECTION=x")); got != "" {
		t.Errorf("a browser for a remote shell: %q", got)
	}
}

func TestEnter(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a POSIX shell is shown")
	}
	got := home{"/tmp/demo"}.enter([]string{"AWS_PROFILE=secret", "HOME=/home/me", "AWS_REGION=x"})
	if want := `unset AWS_PROFILE; unset AWS_REGION; export HOME='/tmp/demo/home' PATH='/tmp/demo/bin':"$PATH"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMain lets the test binary be the command that asks.
func TestMain(m *testing.M) {
	if script := os.Getenv("DEMO_TEST_ASKS"); script != "" {
		ask(script)
		return
	}
	os.Exit(m.Run())
}

// ask prints each part of the script; one that ends in ": " waits for an answer
// and repeats it, as latchkey does.
func ask(script string) {
	for line := range strings.SplitSeq(script, "|") {
		fmt.Print(line)
		if strings.HasSuffix(line, ": ") {
			var answer string
			fmt.Scanln(&answer)
			fmt.Println(answer)
		}
	}
}

func hold(t *testing.T, script string, c *conversation) (shown string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "DEMO_TEST_ASKS="+script)
	var out strings.Builder
	c.show = &transcript{w: &out}
	err = c.hold(cmd)
	return out.String(), err
}

const signInText = "and enter the following code:\n\nBCDF-GHJK\n\nor open this URL, which has the code filled in:\n\nhttp://h/device?user_code=BCDF-GHJK\n\n"

func TestConversation(t *testing.T) {
	c := &conversation{answers: []answer{{"Name", "alice"}, {"Colour", ""}}, attend: func(address, code string) error {
		if address != "http://h/device?user_code=BCDF-GHJK" || code != "BCDF-GHJK" {
			t.Errorf("attends to %s, %s", address, code)
		}
		return nil
	}}
	shown, err := hold(t, "hello\n|Name [x]: |"+signInText+"|Colour: ", c)
	want := "     | hello\n     | Name [x]: alice\n"
	if err != nil || !strings.HasPrefix(shown, want) || !strings.HasSuffix(shown, "     | Colour: \n") {
		t.Errorf("%v\n%s", err, shown)
	}
}

func TestConversationThatFails(t *testing.T) {
	broken := errors.New("wrong password")
	for name, tt := range map[string]struct {
		script string
		attend error
		want   string
	}{
		"a question that is not asked": {signInText, nil, `never asked "Name"`},
		"nothing to attend to":         {"Name: ", nil, "never showed an address"},
		"a person who fails":           {signInText + "|Name: ", broken, "wrong password"},
	} {
		c := &conversation{answers: []answer{{"Name", "alice"}}, attend: func(string, string) error { return tt.attend }}
		if _, err := hold(t, tt.script, c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestReadsServices(t *testing.T) {
	for version, want := range map[string]bool{
		"aws-cli/2.36.7 Python/3.13": true, "aws-cli/2.13.0 x": true, "aws-cli/1.45.11 x": true, "aws-cli/3.0.0 x": true,
		"aws-cli/2.9.19 x": false, "aws-cli/1.27.0 x": false, "something else": false,
	} {
		if got := readsServices(version); got != want {
			t.Errorf("%s: %v, want %v", version, got, want)
		}
	}
}

func TestExitCode(t *testing.T) {
	for want, err := range map[int]error{0: nil, 130: endedError(130), 252: fmt.Errorf("x: %w", endedError(252))} {
		if got := exitCode(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	if got := exitCode(context.Canceled); got != 130 {
		t.Errorf("cancelled: %d", got)
	}
}
