package awsconfig_test

import (
	"os"
	"path/filepath"
	"testing"

	"latchkey/internal/awsconfig"
)

func set(keysAndValues ...string) []awsconfig.KeyValue {
	var list []awsconfig.KeyValue
	for i := 0; i < len(keysAndValues); i += 2 {
		list = append(list, awsconfig.KeyValue{Key: keysAndValues[i], Value: keysAndValues[i+1]})
	}
	return list
}

// The profile of the user guide, on a machine with no ~/.aws.
func TestApplyWritesTheGuidesProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".aws", "config")
	err := awsconfig.Apply(t.Context(), path, awsconfig.Edit{Kind: awsconfig.KindProfile, Name: "my-dev-profile", Set: set(
		"sso_start_url", "https://my-sso-portal.awsapps.com/start",
		"sso_region", "us-east-1",
		"sso_account_id", "123456789011",
		"sso_role_name", "ReadOnly",
		"region", "us-west-2",
		"output", "json",
	)})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[profile my-dev-profile]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
region = us-west-2
output = json
`
	checkFile(t, path, want, 0o600)
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v, %v; want 0700", info.Mode(), err)
	}
}

func checkFile(t *testing.T, path, want string, mode os.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s holds, %v,\n%q\nwant\n%q", path, err, data, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, mode)
	}
}
