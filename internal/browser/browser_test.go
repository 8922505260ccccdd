package browser_test

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/browser"
)

// machine is an Env of which everything is known.
type machine struct {
	goos     string
	vars     map[string]string
	programs []string
	files    map[string]string
	fails    []string // programs that start and fail
	started  [][]string
}

func (m *machine) env() browser.Env {
	return browser.Env{
		Getenv: func(name string) string { return m.vars[name] },
		GOOS:   m.goos,
		LookPath: func(file string) (string, error) {
			if slices.Contains(m.programs, file) {
				return "/bin/" + file, nil
			}
			return "", exec.ErrNotFound
		},
		ReadFile: func(name string) ([]byte, error) {
			if text, ok := m.files[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		},
		Start: func(argv []string) error {
			m.started = append(m.started, argv)
			if slices.Contains(m.fails, argv[0]) {
				return errors.New("exit status 3")
			}
			return nil
		},
	}
}

func TestDecide(t *testing.T) {
	display := map[string]string{"DISPLAY": ":0"}
	with := func(name, value string) map[string]string {
		return map[string]string{"DISPLAY": ":0", name: value}
	}
	const osrelease = "/proc/sys/kernel/osrelease"
	for _, c := range []struct {
		name string
		m    machine
		why  string
	}{
		{"a desktop", machine{vars: display, programs: []string{"xdg-open"}}, ""},
		{"Wayland", machine{vars: map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, programs: []string{"x-www-browser"}}, ""},
		{"FreeBSD", machine{goos: "freebsd", vars: display, programs: []string{"xdg-open"}}, ""},
		{"macOS", machine{goos: "darwin", programs: []string{"open"}}, ""},
		{"Windows", machine{goos: "windows", programs: []string{"rundll32"}}, ""},
		{"nothing installed", machine{vars: display}, "no browser was found"},
		{"no display", machine{programs: []string{"xdg-open"}}, "there is no graphical display"},
		{"SSH_CONNECTION", machine{vars: with("SSH_CONNECTION", "1"), programs: []string{"xdg-open"}}, "this is a remote shell (SSH)"},
		{"SSH_TTY", machine{vars: with("SSH_TTY", "/dev/pts/1"), programs: []string{"xdg-open"}}, "this is a remote shell (SSH)"},
		{"SSH_CLIENT to macOS", machine{goos: "darwin", vars: with("SSH_CLIENT", "1"), programs: []string{"open"}}, "this is a remote shell (SSH)"},
		{"WSL with wslview", machine{vars: map[string]string{"WSL_DISTRO_NAME": "Debian"}, programs: []string{"wslview"}}, ""},
		{"WSL without", machine{vars: with("WSL_INTEROP", "/run/x"), programs: []string{"xdg-open"}}, "this is WSL, and wslview is not installed"},
		{"WSL by its kernel", machine{vars: display, programs: []string{"xdg-open"}, files: map[string]string{osrelease: "5.15.90.1-Microsoft-standard-WSL2\n"}}, "this is WSL, and wslview is not installed"},
		{"another kernel", machine{vars: display, programs: []string{"xdg-open"}, files: map[string]string{osrelease: "6.18.0\n"}}, ""},
		{"docker", machine{vars: display, programs: []string{"xdg-open"}, files: map[string]string{"/.dockerenv": ""}}, "this is a container"},
		{"docker on WSL", machine{files: map[string]string{"/.dockerenv": "", osrelease: "microsoft"}}, "this is a container"},
		{"podman", machine{vars: display, programs: []string{"xdg-open"}, files: map[string]string{"/run/.containerenv": ""}}, "this is a container"},
		{"dev container", machine{vars: with("REMOTE_CONTAINERS", "true"), programs: []string{"xdg-open"}}, "this is a container"},
		{"Codespaces", machine{vars: with("CODESPACES", "true"), programs: []string{"xdg-open"}}, "this is a container"},
		{"Kubernetes", machine{vars: with("KUBERNETES_SERVICE_HOST", "10.0.0.1"), programs: []string{"xdg-open"}}, "this is a container"},
		{"CI", machine{vars: with("CI", "true"), programs: []string{"xdg-open"}}, "this is a CI job"},
		{"BROWSER wins over SSH", machine{vars: map[string]string{"BROWSER": "w3m", "SSH_TTY": "x"}}, ""},
		{"BROWSER wins in a container", machine{vars: map[string]string{"BROWSER": "x"}, files: map[string]string{"/.dockerenv": ""}}, ""},
	} {
		if c.m.goos == "" {
			c.m.goos = "linux"
		}
		ok, why := c.m.env().Decide()
		if ok != (c.why == "") || why != c.why {
			t.Errorf("%s: Decide() = %v, %q; want %q", c.name, ok, why, c.why)
		}
	}
}

func TestOpenStarts(t *testing.T) {
	const url = "https://a.example/?user_code=A-B&x=1"
	for _, c := range []struct {
		name    string
		m       machine
		want    [][]string
		wantErr bool
	}{
		{"xdg-open", machine{programs: []string{"xdg-open", "x-www-browser"}}, [][]string{{"/bin/xdg-open", url}}, false},
		{"the next when one fails", machine{programs: []string{"xdg-open", "www-browser"}, fails: []string{"/bin/xdg-open"}},
			[][]string{{"/bin/xdg-open", url}, {"/bin/www-browser", url}}, false},
		{"all fail", machine{programs: []string{"xdg-open"}, fails: []string{"/bin/xdg-open"}}, [][]string{{"/bin/xdg-open", url}}, true},
		{"nothing installed", machine{}, nil, true},
		{"macOS", machine{goos: "darwin", programs: []string{"open", "xdg-open"}}, [][]string{{"/bin/open", url}}, false},
		{"Windows", machine{goos: "windows", programs: []string{"rundll32"}}, [][]string{{"/bin/rundll32", "url.dll,FileProtocolHandler", url}}, false},
		{"WSL", machine{vars: map[string]string{"WSL_INTEROP": "x"}, programs: []string{"xdg-open", "wslview"}}, [][]string{{"/bin/wslview", url}}, false},
	} {
		if c.m.goos == "" {
			c.m.goos = "linux"
		}
		err := c.m.env().Open(t.Context(), url)
		if (err != nil) != c.wantErr {
			t.Errorf("%s: Open: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, c.m.started); diff != "" {
			t.Errorf("%s: started (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestBrowserVariable(t *testing.T) {
	const url = "https://a.example/?user_code=A-B&x=$HOME;id"
	for _, c := range []struct {
		browser string
		goos    string
		want    [][]string
	}{
		{"firefox", "linux", [][]string{{"/bin/firefox", url}}},
		{"firefox --private-window", "linux", [][]string{{"/bin/firefox", "--private-window", url}}},
		{"firefox %s --new", "linux", [][]string{{"/bin/firefox", url, "--new"}}},
		{"firefox --url=%s", "linux", [][]string{{"/bin/firefox", "--url=" + url}}},
		{"firefox 100%% %s", "linux", [][]string{{"/bin/firefox", "100%", url}}},
		{"firefox %%s", "linux", [][]string{{"/bin/firefox", "%s", url}}},
		{`firefox -P 'my profile' "a \"b\"" c\ d ''`, "linux", [][]string{{"/bin/firefox", "-P", "my profile", `a "b"`, "c d", "", url}}},
		{"firefox $HOME;id", "linux", [][]string{{"/bin/firefox", "$HOME;id", url}}},
		{"missing:firefox:w3m", "linux", [][]string{{"/bin/firefox", url}}},
		{"broken:firefox", "linux", [][]string{{"/bin/broken", url}, {"/bin/firefox", url}}},
		{"::firefox: ", "linux", [][]string{{"/bin/firefox", url}}},
		{"missing", "linux", nil},
		{":", "linux", nil},
		{`sh -c "firefox %s"`, "linux", nil},
		{`"C:\Program Files\f.exe" -new`, "windows", [][]string{{`/bin/C:\Program Files\f.exe`, "-new", url}}},
	} {
		m := machine{
			goos:     c.goos,
			vars:     map[string]string{"BROWSER": c.browser},
			programs: []string{"firefox", "w3m", "broken", "sh", "xdg-open", `C:\Program Files\f.exe`},
			fails:    []string{"/bin/broken"},
		}
		err := m.env().Open(t.Context(), url)
		if (err == nil) != (c.want != nil) {
			t.Errorf("BROWSER=%s: Open: %v", c.browser, err)
		}
		if diff := cmp.Diff(c.want, m.started); diff != "" {
			t.Errorf("BROWSER=%s: started (-want +got):\n%s", c.browser, diff)
		}
	}
}

func TestHostileURLsStartNothing(t *testing.T) {
	for _, url := range hostileURLs {
		m := machine{goos: "linux", vars: map[string]string{"BROWSER": "firefox"}, programs: []string{"firefox"}}
		if err := m.env().Open(t.Context(), url); err == nil || m.started != nil {
			t.Errorf("Open(%.80q): %v, started %q", url, err, m.started)
		}
	}
}
