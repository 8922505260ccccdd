package awsconfig_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"latchkey/internal/atomicfile"
	"latchkey/internal/awsconfig"
)

// The profile of the user guide, on a machine with no ~/.aws.
func TestApplyWritesTheGuidesProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".aws", "config")
	apply(t, path, profile("my-dev-profile",
		"sso_start_url", "https://my-sso-portal.awsapps.com/start",
		"sso_region", "us-east-1",
		"sso_account_id", "123456789011",
		"sso_role_name", "ReadOnly",
		"region", "us-west-2",
		"output", "json",
	))
	const want = `[profile my-dev-profile]
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789011
sso_role_name = ReadOnly
region = us-west-2
output = json
`
	checkFile(t, path, want, 0o600)
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("the directory has mode %v, %v; want 0700", info.Mode(), err)
	}
}

func TestApplySeveral(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	apply(t, path,
		profile("dev", "sso_session", "corp", "sso_account_id", "1"),
		awsconfig.Edit{Kind: awsconfig.KindSSOSession, Name: "corp", Set: set("sso_region", "us-east-1")},
	)
	checkFile(t, path, "[profile dev]\nsso_session = corp\nsso_account_id = 1\n[sso-session corp]\nsso_region = us-east-1\n", 0o600)
}

func TestApplyKeepsLinkAndMode(t *testing.T) {
	dir := t.TempDir()
	path, target := filepath.Join(dir, "config"), filepath.Join(dir, "dotfiles", "awsconfig")
	writeFile(t, target, "[default]\n", 0o644)
	if err := os.Symlink("dotfiles/awsconfig", path); err != nil {
		t.Skip("no links here: ", err)
	}
	for range 100 {
		apply(t, path, profile("default", "a", "1"))
		apply(t, path, profile("default", "a", "2"))
	}
	checkFile(t, target, "[default]\na = 2\n", 0o644)
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "dotfiles", ".awsconfig.lock")); err != nil {
		t.Errorf("the lock is not beside the file itself: %v", err)
	}
}

func TestApplyRefusesReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	writeFile(t, path, "[default]\n", 0o444)
	err := awsconfig.Apply(t.Context(), path, profile("default", "a", "1"))
	if e, ok := errors.AsType[*fs.PathError](err); !errors.Is(err, atomicfile.ErrReadOnly) || !ok || e.Path != path {
		t.Errorf("Apply = %v, want one that says the file is read-only", err)
	}
	checkFile(t, path, "[default]\n", 0o444)
}

func TestApplyRefusesWhatIsNoFile(t *testing.T) {
	for _, path := range []string{t.TempDir(), os.DevNull} {
		if err := awsconfig.Apply(t.Context(), path, profile("default", "a", "1")); err == nil {
			t.Errorf("%s was edited", path)
		}
		if lock := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock"); exists(lock) {
			t.Errorf("%s was left", lock)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestApplyIsAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	writeFile(t, path, "[default]\n", 0o600)
	if err := awsconfig.Apply(t.Context(), path, profile("a", "b", "1"), profile("a]", "b", "1")); err == nil {
		t.Error("a bad name was taken")
	}
	checkFile(t, path, "[default]\n", 0o600)
}

func TestLoadWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []awsconfig.Paths{{}, {Config: filepath.Join(dir, "none")}, {Config: dir, Credentials: filepath.Join(dir, "none/such")}} {
		c, err := awsconfig.Load(p)
		if err != nil || len(c.Profiles()) != 0 {
			t.Errorf("Load(%v) = %v, %v; want nothing", p, c, err)
		}
	}
}

func TestLoadRefusesWithTheLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	writeFile(t, path, "[default]\nregion = a\njunk\n", 0o600)
	_, err := awsconfig.Load(awsconfig.Paths{Config: path})
	want := path + `:3: the line is neither a [section], nor "key = value", nor a comment`
	if err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
}

func apply(t *testing.T, path string, edits ...awsconfig.Edit) {
	t.Helper()
	if err := awsconfig.Apply(t.Context(), path, edits...); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path, want string, mode fs.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s holds, %v,\n%q\nwant\n%q", path, err, data, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode && runtime.GOOS != "windows" {
		t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, mode)
	}
}
