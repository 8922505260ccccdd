package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// Each of many processes writes a profile of its own, all to one file that has
// comments, blocks and line ends of two kinds.
func TestManyProcessesEditOneConfig(t *testing.T) {
	n := size(15, 50)
	python := testneed.PythonModule(t, "botocore")
	p := newPortal(t)
	p.answer()
	for name, args := range editors {
		t.Run(name, func(t *testing.T) {
			u := newUser(t, p)
			before := commented()
			u.configure(t, before)
			u.token(t, time.Hour)
			for i, o := range u.together(t, n, func(i int) []string { return args(fmt.Sprintf("new-%d", i)) }, func() {}) {
				if o.code != 0 {
					t.Errorf("process %d: exit %d, %s", i, o.code, o.err)
				}
			}
			after, err := os.ReadFile(u.configFile())
			if err != nil || !strings.HasPrefix(string(after), before) {
				t.Errorf("what was there changed: %v\n%s", err, after)
			}
			profiles := readByBotocore(t, python, u.configFile())
			for i := range n {
				if got := profiles[fmt.Sprintf("new-%d", i)]["region"]; got != "eu-west-1" {
					t.Errorf("profile new-%d has region %v", i, got)
				}
			}
			if len(profiles) != n+10 {
				t.Errorf("%d profiles, want %d", len(profiles), n+10)
			}
		})
	}
}

// editors are the commands that write a profile.
var editors = map[string]func(profile string) []string{
	"configure set": func(profile string) []string {
		return []string{"configure", "set", "region", "eu-west-1", "--profile", profile}
	},
	"configure sso": func(profile string) []string {
		return []string{
			"configure", "sso", "--no-input", "--use-device-code", "--no-browser", "--sso-session", corp,
			"--sso-account-id", account, "--sso-role-name", role, "--profile", profile, "--region", "eu-west-1", "--output", "json",
		}
	},
}

// commented is a config of ten profiles that a program could easily spoil.
func commented() string {
	text := sessionSection
	for i := range 10 {
		text += fmt.Sprintf("# about %d\n[profile old-%d] ; tail\r\nregion=us-west-2\r\n  ; kept\ns3 =\n    a = %d\n\n", i, i, i)
	}
	return text
}

func readByBotocore(t *testing.T, python, config string) (profiles map[string]map[string]any) {
	t.Helper()
	const read = `import json, sys, botocore.configloader as c; print(json.dumps(c.load_config(sys.argv[1])["profiles"]))`
	out, err := exec.Command(python, "-c", read, config).Output()
	must(t, err)
	must(t, json.Unmarshal(out, &profiles))
	return profiles
}
