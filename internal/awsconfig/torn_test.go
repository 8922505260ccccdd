package awsconfig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() { stopped <- rewrite(path, texts, stop) }()
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
		if len(seen) != 1 || seen["us-east-1"]+seen["eu-west-1"] != profiles {
			t.Fatalf("profiles by region: %v", seen)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}

// rewrite writes the texts in turn into the file at path, as the AWS CLI does,
// some hundred times a second.
func rewrite(path string, texts []string, stop <-chan struct{}) error {
	moment := time.NewTicker(3 * time.Millisecond)
	defer moment.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		case <-moment.C:
		}
		if err := os.WriteFile(path, []byte(texts[i%len(texts)]), 0o600); err != nil {
			return err
		}
	}
}
