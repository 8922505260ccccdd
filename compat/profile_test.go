package compat_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testneed"
)

const profile = "my-dev-profile"

// identity is the answer of GetCallerIdentity, as every client prints it.
type identity struct{ UserID, Account, Arn string }

func identityOf(t *testing.T, printed []byte) identity {
	t.Helper()
	var who identity
	if err := json.Unmarshal(printed, &who); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	if !roleARN.MatchString(who.Arn) || who.Account != account {
		t.Errorf("signed in as %+v, want %s in %s", who, roleARN, account)
	}
	return who
}

// configure has `latchkey configure sso` write the profile of the user guide.
func configure(t *testing.T, m *machine, c center) {
	t.Helper()
	configureAs(t, m, c, profile, "--legacy")
}

// configureAs writes the profile name; flags say whether it has a session.
func configureAs(t *testing.T, m *machine, c center, name string, flags ...string) {
	t.Helper()
	p := m.start(t, program(t, "latchkey"), append([]string{"configure", "sso", "--no-browser", "--use-device-code",
		"--sso-start-url", c.startURL(), "--sso-region", region, "--sso-account-id", account, "--sso-role-name", role,
		"--region", "us-west-2", "--output", "json", "--profile", name}, flags...)...)
	allow(t, prompted(t, p))
	if code := p.wait(t); code != 0 {
		t.Fatalf("configure sso: exit code %d\n%s", code, p.out)
	}
}

// TestProfileWorksWithoutEnvironment: the files that `configure sso` wrote are
// enough for AWS's clients; no variable names the center.
func TestProfileWorksWithoutEnvironment(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	configure(t, m, startCenter(t))
	ours := identityOf(t, m.run(t, program(t, "latchkey"), "sts", "get-caller-identity", "--profile", profile))
	t.Run("AWS CLI", func(t *testing.T) {
		printed := m.run(t, servicesCLI(t), "sts", "get-caller-identity", "--profile", profile)
		if who := identityOf(t, printed); who != ours {
			t.Errorf("the AWS CLI is %+v, latchkey %+v", who, ours)
		}
	})
	t.Run("boto3", func(t *testing.T) {
		python := testneed.PythonModule(t, "boto3")
		printed := m.run(t, python, script(t, "identity.py"), profile)
		if who := identityOf(t, printed); who != ours {
			t.Errorf("boto3 is %+v, latchkey %+v", who, ours)
		}
	})
	t.Run("URL signed by boto3", func(t *testing.T) {
		python := testneed.PythonModule(t, "boto3")
		printed := string(m.run(t, python, script(t, "presigned.py"), profile))
		answer := get(t, strings.TrimSpace(printed))
		if !strings.Contains(answer, "<Arn>"+ours.Arn+"</Arn>") {
			t.Errorf("%sgives %s", printed, answer)
		}
	})
}

// get fetches a page that must be there.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := localClient(t).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", url, response.Status, err)
	}
	return string(body)
}

// script is the absolute path of a script in testdata.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
