package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"

	"latchkey/internal/testneed"
)

const config = `[profile dev]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
`

// TestCacheHitStartsNoNetworkCode counts packages instead of milliseconds: on a
// cache hit nothing heavy may have initialised. Whole paths are compared, since
// a few leaves of the heavy libraries are ready before any code of ours.
func TestCacheHitStartsNoNetworkCode(t *testing.T) {
	program := filepath.Join(t.TempDir(), "latchkey")
	if err := testneed.Sources("..", "../../internal"); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home := t.TempDir()
	plant(t, home)

	hit, answer := initialised(t, home, program, "configure", "export-credentials", "--profile", "dev")
	if !strings.Contains(answer, "ASIAEXAMPLE") {
		t.Fatalf("no cache hit: %q", answer)
	}
	all, _ := initialised(t, home, program, "--version")
	t.Logf("packages initialised: %d on a hit, %d otherwise", len(hit), len(all))
	for _, heavy := range []string{
		"net", "net/http", "crypto/tls", "path/filepath", "github.com/spf13/cobra", "charm.land/bubbletea/v2",
	} {
		if slices.Contains(hit, heavy) && (heavy != "path/filepath" || runtime.GOOS != "windows") {
			t.Errorf("%s is initialised on a cache hit", heavy)
		}
	}
	leaves := []string{"github.com/aws/aws-sdk-go-v2/internal/sdk", "github.com/aws/aws-sdk-go-v2/internal/timeouts"}
	for _, name := range hit {
		if strings.HasPrefix(name, "github.com/aws/") && !slices.Contains(leaves, name) && runtime.GOOS != "windows" {
			t.Errorf("%s of the AWS SDK is initialised on a cache hit", name)
		}
	}
	if !slices.Contains(all, "net/http") {
		t.Error("the trace names no net/http at all: it is not read right")
	}
}

// initialised returns the packages that the runtime initialised, and stdout.
func initialised(t *testing.T, home, program string, args ...string) (pkgs []string, answer string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = []string{"HOME=" + home, "GODEBUG=inittrace=1"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, &stderr)
	}
	for line := range strings.Lines(stderr.String()) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "init" {
			pkgs = append(pkgs, words[1])
		}
	}
	return pkgs, stdout.String()
}

func plant(t *testing.T, home string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	key := ssocache.CredentialsKey("123456789011", "ReadOnly", "", "https://my-sso-portal.awsapps.com/start")
	creds := awscred.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "s", SessionToken: "t", Expiration: time.Now().Add(time.Hour)}
	if err := ssocache.In(home).PutCredentials(key, creds); err != nil {
		t.Fatal(err)
	}
}
