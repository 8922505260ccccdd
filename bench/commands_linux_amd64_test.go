package bench

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// A writer is a command that changes files.
type writer struct {
	name    string
	args    []string
	prepare func(*testing.T, user)
	answers bool // prints credentials, whatever becomes of the cache
	slow    bool // so that it runs at full size only
}

// writers are the commands that change files, each where it changes the most.
var writers = []writer{
	// A browser is watched for a moment, since some fail late.
	{name: "sso login", args: []string{"sso", "login", "--profile", "dev"}, prepare: signedOut, slow: true},
	{name: "sso login by code", args: login, prepare: signedOut},
	{name: "refresh", args: export("dev"), answers: true, prepare: func(t *testing.T, u user) {
		u.configure(t, commented()+profileSection("dev", role))
		u.token(t, -time.Hour)
		u.roleCredentials(t, role, -time.Hour)
	}},
	{name: "role cache", args: export("dev"), answers: true, prepare: func(t *testing.T, u user) {
		u.configure(t, commented()+profileSection("dev", role))
		u.token(t, time.Hour)
		u.roleCredentials(t, role, -time.Hour)
	}},
	{name: "configure sso", args: newSession("dev"), prepare: func(t *testing.T, u user) {
		u.configure(t, strings.TrimPrefix(commented(), sessionSection))
	}},
	{name: "configure set", args: editors["configure set"]("old-3"), prepare: func(t *testing.T, u user) {
		u.configure(t, commented())
	}},
	{name: "sso logout", args: []string{"sso", "logout"}, prepare: func(t *testing.T, u user) {
		u.configure(t, commented()+profileSection("dev", role))
		u.token(t, time.Hour)
		u.roleCredentials(t, role, time.Hour)
		u.roleCredentials(t, "FullAccess", time.Hour)
	}},
}

func signedOut(t *testing.T, u user) {
	u.configure(t, commented()+profileSection("dev", role))
	u.token(t, -time.Hour)
}

var login = []string{"sso", "login", "--sso-session", corp, "--use-device-code", "--no-browser"}

// newSession writes an sso-session and a profile that uses it.
func newSession(profile string) []string {
	return append(editors["configure sso"](profile),
		"--sso-start-url", startURL, "--sso-region", region, "--sso-registration-scopes", "sso:account:access")
}

// eachWriter runs f for each writer, at once.
func eachWriter(t *testing.T, f func(t *testing.T, w writer)) {
	needTracing(t)
	for _, w := range writers {
		if full() || !w.slow {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				f(t, w)
			})
		}
	}
}

// prepared is a user for whom the writer has something to do.
func (w writer) prepared(t *testing.T, p *portal) user {
	u := newUser(t, p)
	w.prepare(t, u)
	return u
}

// argv is the writer's command line.
func (w writer) argv(u user) []string { return append([]string{u.program}, w.args...) }

// A state is what the files of a home hold, with their modes, but locks and
// temporary files.
type state map[string]string

// ends is when a token ends, which no two runs agree on.
var ends = regexp.MustCompile(`("accessToken": .*"expiresAt": )"20[0-9TZ:-]+"`)

func stateOf(t *testing.T, home string) state {
	t.Helper()
	s := state{}
	eachFile(t, home, func(path string, info fs.FileInfo) {
		if _, temporary := target(path); temporary || strings.HasSuffix(path, ".lock") {
			return
		}
		data, err := os.ReadFile(path)
		must(t, err)
		s[strings.TrimPrefix(path, home)] = info.Mode().String() + "\n" + ends.ReplaceAllString(string(data), `$1"then"`)
	})
	return s
}

func eachFile(t *testing.T, home string, f func(path string, info fs.FileInfo)) {
	t.Helper()
	must(t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			f(path, info)
		}
		return err
	}))
}

var temporary = regexp.MustCompile(`/\.([^/]+)\.[0-9]+\.tmp$`)

// target returns the file that a temporary one is to replace, or path itself.
func target(path string) (name string, isTemporary bool) {
	name = temporary.ReplaceAllString(path, "/$1")
	return name, name != path
}

// either reports files that hold neither what they held before nor what they
// are to hold.
func (s state) either(t *testing.T, before, after state) {
	t.Helper()
	for _, all := range []state{s, before, after} {
		for path := range all {
			if got := s[path]; got != before[path] && got != after[path] {
				t.Errorf("%s holds neither the old nor the new:\n%s", path, got)
			}
		}
	}
}

// completed is the state that the writer leaves when nothing happens to it.
func (w writer) completed(t *testing.T, p *portal) state {
	t.Helper()
	u := w.prepared(t, p)
	before := stateOf(t, u.home)
	if o := u.run(w.args...); o.code != 0 {
		t.Fatalf("exit %d: %s", o.code, o.err)
	}
	after := stateOf(t, u.home)
	after.either(t, before, after)
	return after
}

// completes runs the writer once more, as a person would, an hour later as far
// as the temporary files are concerned: it succeeds and leaves none. A file
// that it has no need of any more, such as a token when there are credentials,
// can stay as it was before.
func (w writer) completes(t *testing.T, u user, before, after state) {
	t.Helper()
	hourAgo := time.Now().Add(-time.Hour)
	eachFile(t, u.home, func(path string, _ fs.FileInfo) {
		if _, temporary := target(path); temporary {
			must(t, os.Chtimes(path, hourAgo, hourAgo))
		}
	})
	if o := u.run(w.args...); o.code != 0 {
		t.Errorf("the next run: exit %d, %s", o.code, o.err)
	}
	stateOf(t, u.home).either(t, before, after)
	noneLeft(t, u.home)
}

// noneLeft reports temporary files.
func noneLeft(t *testing.T, home string) {
	t.Helper()
	eachFile(t, home, func(path string, _ fs.FileInfo) {
		if _, temporary := target(path); temporary {
			t.Errorf("%s was left behind", path)
		}
	})
}

// forgiving is a portal that takes a refresh token again, as a service must
// whose clients can be killed before they store the new one.
func forgiving(t *testing.T) *portal {
	p := newPortal(t)
	p.repeating = true
	p.answer()
	return p
}

// needTracing skips where a process may not trace its own children.
func needTracing(t *testing.T) {
	t.Helper()
	tr := &tracer{root: "/nowhere", visit: func(call) verdict { return verdict{} }}
	_, err := tr.run([]string{testneed.Program(t, "true")}, nil)
	testneed.Check(t, err == nil, "ptrace does not work here")
}
