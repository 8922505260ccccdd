package compat_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// nameCase is what the names of cache files are made of.
type nameCase struct {
	StartURL    string   `json:"startUrl"`
	SessionName string   `json:"sessionName"`
	Region      string   `json:"region"`
	Scopes      []string `json:"scopes"`
	AccountID   string   `json:"accountId"`
	RoleName    string   `json:"roleName"`
}

type cacheNames struct {
	Token        string `json:"token"`
	Credentials  string `json:"credentials"`
	Registration string `json:"registration"`
}

// awkwardTexts are those that JSON writers disagree about, and plain ones.
func awkwardTexts() []string {
	return []string{
		"corp", "my session", "größe", "R&D <x>", `a"b\c/d`, "tab\tnew\nline", "\u2028\u2029\x7f\x00", "😀 café", "", "'", "ﬀ", "\u0300a",
	}
}

// nameCases has every pair of an awkward text and a list of scopes.
func nameCases() []nameCase {
	scopes := [][]string{nil, {}, {"sso:account:access"}, {"sso:account:access", "größe", `"`}}
	var cases []nameCase
	for _, text := range awkwardTexts() {
		for _, scope := range scopes {
			cases = append(cases,
				nameCase{"https://my-sso-portal.awsapps.com/start#/" + text, "", "us-east-1", scope, account, role + text},
				nameCase{"https://d-1234567890.awsapps.com/start", text, "eu-west-1", scope, "000000000000" + text, role})
		}
	}
	return cases
}

func ourNames(c nameCase) cacheNames {
	return cacheNames{
		Token:        ssocache.TokenKey(c.StartURL, c.SessionName),
		Credentials:  ssocache.CredentialsKey(c.AccountID, c.RoleName, c.SessionName, c.StartURL),
		Registration: ssocache.RegistrationKey(c.Region, c.Scopes, c.SessionName, c.StartURL),
	}
}

// TestNamesByBotocore: the names of all three kinds of cache files are those
// that botocore computes, here and now.
func TestNamesByBotocore(t *testing.T) {
	t.Parallel()
	t.Run("botocore", func(t *testing.T) {
		compareNames(t, testneed.PythonModule(t, "botocore"), false)
	})
	t.Run("botocore of the AWS CLI v2", func(t *testing.T) {
		compareNames(t, pythonOfCLI2(t), true)
	})
}

// pythonOfCLI2 is the distribution's python3, where its AWS CLI v2 is a module.
func pythonOfCLI2(t *testing.T) string {
	t.Helper()
	const python = "/usr/bin/python3"
	err := exec.Command(python, "-c", "import awscli.botocore").Run()
	testneed.Check(t, err == nil, "the AWS CLI v2 is no module of "+python)
	return python
}

func compareNames(t *testing.T, python string, registrations bool) {
	t.Helper()
	cases := nameCases()
	asked, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	var theirs []cacheNames
	if err := json.Unmarshal(newMachine(t).runWith(t, asked, python, script(t, "names.py")), &theirs); err != nil {
		t.Fatal(err)
	}
	if len(theirs) != len(cases) {
		t.Fatalf("%d answers to %d cases", len(theirs), len(cases))
	}
	for i, c := range cases {
		ours := ourNames(c)
		if !registrations {
			ours.Registration = ""
		}
		if diff := cmp.Diff(theirs[i], ours); diff != "" {
			t.Errorf("%+q (-botocore +latchkey)\n%s", c, diff)
		}
	}
}

// TestBytesByBotocore: whatever texts a server sends, the files are such as
// botocore would write.
func TestBytesByBotocore(t *testing.T) {
	t.Parallel()
	python, m := testneed.PythonModule(t, "botocore"), newMachine(t)
	dir, ends := ssocache.In(m.home), time.Now().Add(time.Hour)
	for _, text := range awkwardTexts() {
		secret, key := awscred.Secret("s"+text), ssocache.TokenKey("u"+text, "")
		errs := []error{
			dir.PutToken(key, ssocache.Token{
				StartURL: "u" + text, Region: region, AccessToken: secret, ExpiresAt: ends,
				ClientID: text, ClientSecret: secret, RegistrationExpiresAt: ends, RefreshToken: secret,
			}),
			dir.PutRegistration(ssocache.RegistrationKey(region, nil, "", "u"+text), ssocache.Registration{
				ClientID: text, ClientSecret: secret, ExpiresAt: ends, Scopes: []string{text, "b"}, GrantTypes: []string{text},
			}),
			dir.PutCredentials(key, awscred.Credentials{
				AccessKeyID: "ASIA" + text, SecretAccessKey: secret, SessionToken: secret, Expiration: ends, AccountID: account,
			}),
		}
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("%+q: %v", text, err)
		}
	}
	if differ := m.run(t, python, script(t, "rewrite.py"), dir.SSO, dir.CLI); len(differ) > 0 {
		t.Errorf("botocore would write otherwise:\n%s", differ)
	}
	for where, want := range map[string]int{dir.SSO: 2 * len(awkwardTexts()), dir.CLI: len(awkwardTexts())} {
		if files, err := filepath.Glob(filepath.Join(where, "*.json")); len(files) != want {
			t.Errorf("%s has %d files, %v; want %d", where, len(files), err, want)
		}
	}
}

// TestFilesByBotocore: botocore reads the three files that a sign-in leaves,
// finds nothing to fetch, and would write the same bytes.
func TestFilesByBotocore(t *testing.T) {
	t.Parallel()
	python, m, c := testneed.PythonModule(t, "botocore"), newMachine(t), startCenter(t)
	configure(t, m, c)
	m.run(t, program(t, "latchkey"), "configure", "export-credentials", "--profile", profile)
	tokens, credentials := filepath.Join(m.home, ".aws", "sso", "cache"), filepath.Join(m.home, ".aws", "cli", "cache")
	var complaints []string
	printed := m.run(t, python, script(t, "files.py"), tokens, credentials, c.startURL(), region, account, role)
	if err := json.Unmarshal(printed, &complaints); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	for _, complaint := range complaints {
		t.Error(complaint)
	}
	for _, dir := range []string{tokens, credentials} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode %v, %v; want 0700", dir, info.Mode().Perm(), err)
		}
	}
}
