package centercli_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"latchkey/internal/webuser"
)

// TestScript runs what an administrator types and sees, one script a task.
func TestScript(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGTERM here")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("TZ", "UTC")
			env.Values["browsers"] = map[string]*webuser.User{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": cmdServe,
			"page":  cmdPage,
			"mode":  cmdMode,
			"wide":  cmdWide,
			"same":  cmdSame,

			"unprivileged": cmdUnprivileged,
		},
	})
}

// cmdServe serves the center of the script: `serve`. CENTER is its origin.
func cmdServe(ts *testscript.TestScript, _ bool, args []string) {
	self, err := exec.LookPath("latchkey-center")
	ts.Check(err)
	cmd := exec.Command(self, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.Getenv("WORK")
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "PATH", "TESTSCRIPT_COMMAND", "GOCOVERDIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
		ts.Check(cmd.Wait())
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	go io.Copy(io.Discard, out)
	ts.Setenv("CENTER", strings.TrimSpace(strings.TrimPrefix(line, "listening on ")))
}

// cmdPage signs in at the center and leaves the text of the page after that in
// the file page: `page alice 'correct horse battery'`. With one argument the
// browser of before is used: `page alice`.
func cmdPage(ts *testscript.TestScript, neg bool, args []string) {
	browsers := ts.Value("browsers").(map[string]*webuser.User)
	if len(args) == 2 {
		browsers[args[0]] = webuser.New(&http.Client{Timeout: 20 * time.Second})
	}
	browser := browsers[args[0]]
	page, err := browser.Open(ts.Getenv("CENTER") + "/start")
	ts.Check(err)
	if len(args) == 2 {
		page.Fill(map[string]string{"username": args[0], "password": args[1]})
		page, err = page.Submit()
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("page"), []byte(page.Text()), 0o600))
	if in := !page.HasField("password"); in == neg {
		ts.Fatalf("signed in: %v\n%s", in, page.Text())
	}
}

// cmdMode checks permissions: `mode 600 file`.
func cmdMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, not %s", args[1], got, args[0])
	}
}

// cmdWide checks that no line of stdout is longer: `wide 80`.
func cmdWide(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > most {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

var anID = regexp.MustCompile("[0-9a-f]{32}")

// cmdSame compares stdout with a file in which every id is ID: `same show`.
func cmdSame(ts *testscript.TestScript, _ bool, args []string) {
	got := anID.ReplaceAllString(ts.ReadFile("stdout"), "ID")
	if diff := cmp.Diff(ts.ReadFile(args[0]), got); diff != "" {
		ts.Fatalf("%s", diff)
	}
}
