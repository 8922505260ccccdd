// Package bench measures whole processes. A figure is a ratio to an empty Go
// program that was run in the same rounds, in random order, since a machine's
// speed drifts and a process is slower after a large one.
//
//	go test ./bench -run '^$' -bench .
package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

const rounds = 300

// BenchmarkExportCredentialsHit is `configure export-credentials` when the
// credentials are in the cache, with few and with many profiles in the file.
func BenchmarkExportCredentialsHit(b *testing.B) {
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := build(empty, emptyProgram(b, dir)); err != nil {
		b.Fatal(err)
	}
	latchkey := program(b)
	for _, profiles := range []int{4, 4000} {
		b.Run(fmt.Sprintf("profiles=%d", profiles), func(b *testing.B) {
			env := home(b, profiles)
			hit := func() time.Duration {
				return run(b, env, latchkey, "configure", "export-credentials", "--profile", "p1")
			}
			floor := func() time.Duration { return run(b, env, empty) }
			for b.Loop() {
				report(b, pair(hit, floor))
			}
		})
	}
}

// pair runs a and b in random order in each round and returns the ratios a/b,
// sorted.
func pair(a, b func() time.Duration) []float64 {
	ratios := make([]float64, 0, rounds)
	for i := range rounds + 5 {
		var ta, tb time.Duration
		if rand.IntN(2) == 0 {
			ta, tb = a(), b()
		} else {
			tb, ta = b(), a()
		}
		if i >= 5 { // the first rounds warm the file cache
			ratios = append(ratios, float64(ta)/float64(tb))
		}
	}
	slices.Sort(ratios)
	return ratios
}

func report(b *testing.B, ratios []float64) {
	b.ReportMetric(ratios[len(ratios)/2], "x-empty")
	b.ReportMetric(ratios[len(ratios)/4], "x-empty-p25")
	b.ReportMetric(ratios[len(ratios)*3/4], "x-empty-p75")
}

func run(b *testing.B, env []string, argv ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	start := time.Now()
	out, err := cmd.Output()
	took := time.Since(start)
	if err != nil || len(argv) > 1 && !strings.Contains(string(out), "ASIA") {
		b.Fatalf("%v: %v, %q", argv, err, out)
	}
	return took
}

func emptyProgram(b testing.TB, dir string) string {
	b.Helper()
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return source
}

// home makes a home directory with that many profiles and the credentials of
// the first, and returns the environment that leads there.
func home(b testing.TB, profiles int) []string {
	b.Helper()
	dir := b.TempDir()
	var config strings.Builder
	for i := range profiles {
		fmt.Fprintf(&config, "[profile p%d]\nsso_start_url = https://my-sso-portal.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = %012d\nsso_role_name = ReadOnly\nregion = us-west-2\noutput = json\n\n", i+1, i+1)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".aws"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".aws", "config"), []byte(config.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	key := ssocache.CredentialsKey(fmt.Sprintf("%012d", 1), "ReadOnly", "", "https://my-sso-portal.awsapps.com/start")
	creds := awscred.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: awscred.Secret(strings.Repeat("t", 800)),
		Expiration: time.Now().Add(10 * time.Hour), AccountID: fmt.Sprintf("%012d", 1),
	}
	if err := ssocache.In(dir).PutCredentials(key, creds); err != nil {
		b.Fatal(err)
	}
	return []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
}
