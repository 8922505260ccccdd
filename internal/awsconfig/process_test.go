package awsconfig_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/awsconfig"
)

// TestMain makes the test binary one of the processes that a test starts.
func TestMain(m *testing.M) {
	path, name := os.Getenv("TEST_CONFIG"), os.Getenv("TEST_PROFILE")
	if path == "" {
		os.Exit(m.Run())
	}
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		if err := awsconfig.Apply(context.Background(), path, profile(name, "region", region)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// Each process adds a profile and changes it, all to one file with comments.
func TestFiftyProcessesEditOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	var before strings.Builder
	for i := range 10 {
		fmt.Fprintf(&before, "# about %d\n[profile old-%d] ; tail\r\ns3 =\n    a = %d\n\n", i, i, i)
	}
	writeFile(t, path, before.String(), 0o640)

	const processes = 50
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "TEST_CONFIG="+path, fmt.Sprintf("TEST_PROFILE=new-%d", i))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
		})
	}
	all.Wait()

	data, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(data), before.String()) {
		t.Errorf("what was in the file changed: %v\n%s", err, data)
	}
	c, err := awsconfig.Load(awsconfig.Paths{Config: path})
	if err != nil {
		t.Fatal(err)
	}
	for i := range processes {
		p, ok := c.Profile(fmt.Sprintf("new-%d", i))
		if region, _ := p.Values.Get("region"); !ok || region != "eu-west-1" {
			t.Errorf("profile new-%d: %v, region %q", i, ok, region)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".config.*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
