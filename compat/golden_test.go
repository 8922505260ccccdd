package compat_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// nameCases has every pair of an awkward text and a list of scopes.
func nameCases() []nameCase {
	texts := []string{
		"corp", "my session", "größe", "R&D <x>", `a"b\c/d`, "tab\tnew\nline", "\u2028\u2029\x7f\x00", "😀 café", "", "'", "ﬀ", "\u0300a",
	}
	scopes := [][]string{nil, {}, {"sso:account:access"}, {"sso:account:access", "größe", `"`}}
	var cases []nameCase
	for _, text := range texts {
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

// TestFilesByBotocore: botocore reads the three files that a sign-in leaves,
// finds nothing to fetch, and would write the same bytes.
func TestFilesByBotocore(t *testing.T) {
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
