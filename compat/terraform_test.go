package compat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
)

const awsProvider = "registry.terraform.io/hashicorp/aws"

// terraform returns a terraform and a configuration with which it takes the AWS
// provider from this computer and nothing from the network, without the sum of
// its 600 MB at each start. The full check, too,
// goes without: no distribution has either, so this does not ask testneed.
func terraform(t *testing.T) (path, cliConfig string) {
	t.Helper()
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("skipped: no program terraform on PATH")
	}
	for _, dir := range mirrors() {
		found, err := filepath.Glob(filepath.Join(dir, awsProvider, "*", runtime.GOOS+"_"+runtime.GOARCH))
		if err == nil && len(found) > 0 {
			t.Logf("%s with %s", path, found)
			return path, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = %q\n  }\n}\n", found[0])
		}
	}
	t.Skip("skipped: Terraform's AWS provider is in no local mirror; LATCHKEY_TEST_TERRAFORM_PLUGINS names one")
	return "", ""
}

var mirrorPath = regexp.MustCompile(`(?m)^\s*path\s*=\s*"([^"]+)"`)

// mirrors are the directories that may hold unpacked providers: those that the
// environment names, Terraform's implied ones, and a common place of images.
func mirrors() []string {
	dirs := filepath.SplitList(os.Getenv("LATCHKEY_TEST_TERRAFORM_PLUGINS"))
	if text, err := os.ReadFile(os.Getenv("TF_CLI_CONFIG_FILE")); err == nil {
		for _, found := range mirrorPath.FindAllSubmatch(text, -1) {
			dirs = append(dirs, string(found[1]))
		}
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".terraform.d", "plugins"), filepath.Join(home, ".local", "share", "terraform", "plugins"))
	}
	return append(dirs, "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins", "/opt/tf-plugins")
}

// The provider is given nothing but the profile: no endpoints, and no skip_*
// flag, so that it checks the credentials and the account as it does for people.
// Its SDK reads the endpoints of STS, SSO and SSO OIDC from the services section
// that the profile names.
const (
	terraformHead = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n"
	terraformKind = `
provider "aws" {
  alias   = %[1]q
  profile = %[1]q
}
data "aws_caller_identity" %[1]q {
  provider = aws.%[1]s
}
output %[1]q {
  value = data.aws_caller_identity.%[1]s.arn
}
`
)

// TestTerraform: profiles of every kind are all that Terraform needs.
func TestTerraform(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	configureKinds(t, m, startCenter(t))
	module := terraformHead
	for _, kind := range kinds {
		module += fmt.Sprintf(terraformKind, kind.profile)
	}
	arns := startTerraform(t, m, module)(t)
	for _, kind := range kinds {
		if arn := arns[kind.profile]; !kind.arn.MatchString(arn) {
			t.Errorf("%s: Terraform is %q, want %s", kind.profile, arn, kind.arn)
		}
	}
}

// startTerraform makes the module ready, and returns what applies it and says
// who Terraform was with each profile.
func startTerraform(t *testing.T, m *machine, module string) func(*testing.T) map[string]string {
	t.Helper()
	path, cliConfig := terraform(t)
	rc := filepath.Join(m.home, "terraform.rc")
	write(t, rc, cliConfig)
	write(t, filepath.Join(m.home, "main.tf"), module)
	m = m.with("TF_CLI_CONFIG_FILE="+rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	return func(t *testing.T) map[string]string {
		t.Helper()
		m.run(t, path, "apply", "-input=false", "-no-color", "-auto-approve")
		var outputs map[string]struct{ Value string }
		if err := json.Unmarshal(m.run(t, path, "output", "-json"), &outputs); err != nil {
			t.Fatal(err)
		}
		arns := map[string]string{}
		for name, output := range outputs {
			arns[name] = output.Value
		}
		return arns
	}
}
