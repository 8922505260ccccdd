package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/testneed"
)

const awsConfig = `# mine
[default]
region = us-west-2
lines = 1

  2
empty =
hash = a#b
quoted = "x"
s3 =
    addressing_style = path
    max_queue_size = 10
[profile dev]
region = eu-west-1
[profile 'two words']
region = eu-west-2
[profile dotted.name]
region = eu-west-3
[profile both]
aws_access_key_id = CONFIG
`

const awsCredentials = `[both]
aws_access_key_id = FILE
aws_secret_access_key = s
[only]
aws_access_key_id = ONLY
`

// An outcome is what a person and the files see of one command.
type outcome struct {
	Out                 string
	OK                  bool
	Config, Credentials string
}

// TestConfigureAgainstTheAWSCLI runs get and set with both programs, each on
// files of its own. Cases in which the AWS CLI spoils the file are not here but
// in the tests of awsconfig.
func TestConfigureAgainstTheAWSCLI(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the AWS CLI some sixty times")
	}
	aws := testneed.Program(t, "aws")
	latchkey, err := exec.LookPath("latchkey")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"get", "region"},
		{"get", "region", "--profile", "dev"},
		{"get", "region", "--profile", "two words"},
		{"get", "region", "--profile", "dotted.name"},
		{"get", "region", "--profile", "nosuch"},
		{"get", "Region"},
		{"get", "lines"},
		{"get", "empty"},
		{"get", "hash"},
		{"get", "quoted"},
		{"get", "nokey"},
		{"get", "s3"},
		{"get", "s3.addressing_style"},
		{"get", "s3.nokey"},
		{"get", "region.nokey"},
		{"get", "default.region", "--profile", "dev"},
		{"get", "default.s3.addressing_style"},
		{"get", "dev.region"},
		{"get", "dev.s3.addressing_style"},
		{"get", "profile.dev.region"},
		{"get", "profile.two words.region"},
		{"get", "profile.nosuch.region"},
		{"get", "profile.dev"},
		{"get", "aws_access_key_id", "--profile", "both"},
		{"get", "aws_access_key_id", "--profile", "only"},
		{"set", "region", "us-east-1"},
		{"set", "region", "us-east-1", "--profile", "dev"},
		{"set", "region", "us-east-1", "--profile", "two words"},
		{"set", "region", "us-east-1", "--profile", "new"},
		{"set", "region", "us-east-1", "--profile", "only"},
		{"set", "region", "us-east-1", "--profile", "three new words"},
		{"set", "output", "json", "--profile", "dev"},
		{"set", "quoted", `it's a "test" $HOME \`},
		{"set", "url", "https://example.com/a?b=c;d#e"},
		{"set", "s3.addressing_style", "virtual"},
		{"set", "s3.new", "1", "--profile", "dev"},
		{"set", "default.region", "us-east-1", "--profile", "dev"},
		{"set", "default.s3.addressing_style", "virtual"},
		{"set", "profile.dev.region", "us-east-1"},
		{"set", "profile.dev.s3.addressing_style", "virtual"},
		{"set", "profile.new.region", "us-east-1"},
		{"set", "aws_access_key_id", "AKIA"},
		{"set", "aws_access_key_id", "AKIA", "--profile", "only"},
		{"set", "profile.dev.aws_session_token", "t"},
		{"set", "aws_security_token", "t", "--profile", "both"},
		{"set", "region", "two\nlines"},
		{"set", "region", "a\rb"},
		{"set", "re\ngion", "a"},
	} {
		t.Run(filepath.Join(args...), func(t *testing.T) {
			t.Parallel()
			want, got := configure(t, aws, args), configure(t, latchkey, args)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the AWS CLI, then latchkey:\n%s", diff)
			}
		})
	}
}

func configure(t *testing.T, program string, args []string) outcome {
	t.Helper()
	home := t.TempDir()
	config, credentials := filepath.Join(home, "config"), filepath.Join(home, "credentials")
	for path, text := range map[string]string{config: awsConfig, credentials: awsCredentials} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, append([]string{"configure"}, args...)...)
	cmd.Dir = home
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }),
		"HOME="+home, "AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+credentials)
	out, err := cmd.Output()
	return outcome{string(out), err == nil, read(t, config), read(t, credentials)}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
