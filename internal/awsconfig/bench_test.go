package awsconfig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/awsconfig"
)

// manyProfiles returns a config file with n profiles, as an organisation's
// tooling writes them.
func manyProfiles(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `# account %d
[profile account-%04d-ReadOnly]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_account_id = %012d
sso_role_name = ReadOnly
region = us-west-2
output = json

`, i, i, i)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{4, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			text := manyProfiles(n)
			path := filepath.Join(b.TempDir(), "config")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				c, err := awsconfig.Load(awsconfig.Paths{Config: path})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.SSOCredentials("account-0001-ReadOnly"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkProblems is list-profiles: it looks at every profile.
func BenchmarkProblems(b *testing.B) {
	text := manyProfiles(4000)
	for b.Loop() {
		c, err := awsconfig.Parse(awsconfig.Paths{}, text, "")
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range c.Profiles() {
			if problem := c.Problem(name); problem != "" {
				b.Fatal(problem)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := manyProfiles(4000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := awsconfig.Parse(awsconfig.Paths{}, text, ""); err != nil {
			b.Fatal(err)
		}
	}
}
