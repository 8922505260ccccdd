package awsconfig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/awsconfig"
)

// A large file that another program rewrites where it is, is read as it was or
// as it is, never half and half.
func TestLargeFileRewrittenInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	const profiles = 2000
	var texts []string
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		var b strings.Builder
		for i := range profiles {
			fmt.Fprintf(&b, "[profile name-of-a-profile-%d]\nregion = %s\n", i, region)
		}
		texts = append(texts, b.String())
	}
	writeFile(t, path, texts[0], 0o600)

	longest, stop := startRewriting(t, path, texts)
	for range 100 {
		c, err := awsconfig.Load(awsconfig.Paths{Config: path})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, name := range c.Profiles() {
			p, _ := c.Profile(name)
			region, _ := p.Values.Get("region")
			seen[region]++
		}
		if len(seen) == 1 && seen["us-east-1"]+seen["eu-west-1"] == profiles {
			continue
		}
		stop()
		// A text that nobody changes for that long is believed: on a machine too
		// busy for its work the writer may stand still after emptying the file.
		if *longest < 250*time.Millisecond {
			t.Fatalf("profiles by region: %v; no write took more than %v", seen, *longest)
		}
		t.Logf("a write took %v", *longest)
		longest, stop = startRewriting(t, path, texts)
	}
}

// startRewriting has the file at path rewritten until stop, or the test ends;
// longest is then how long one write took.
func startRewriting(t *testing.T, path string, texts []string) (longest *time.Duration, stop func()) {
	t.Helper()
	longest = new(time.Duration)
	end, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- rewrite(path, texts, longest, end) }()
	stop = sync.OnceFunc(func() {
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return longest, stop
}

// rewrite writes the texts in turn into the file at path, as the AWS CLI does,
// some hundred times a second.
func rewrite(path string, texts []string, longest *time.Duration, stop <-chan struct{}) error {
	moment := time.NewTicker(3 * time.Millisecond)
	defer moment.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		case <-moment.C:
		}
		began := time.Now()
		if err := os.WriteFile(path, []byte(texts[i%len(texts)]), 0o600); err != nil {
			return err
		}
		*longest = max(*longest, time.Since(began))
	}
}
