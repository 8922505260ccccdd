package compat_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testneed"
)

const (
	deployARN  = "arn:aws:sts::123456789022:assumed-role/Deploy/alice-ci"
	releaseARN = "arn:aws:sts::123456789022:assumed-role/Release/alice-release"
	notAllowed = "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789022:role/Secret with an explicit deny in an identity-based policy"
)

// configureChain adds profiles that assume roles from the one that signed in: one
// role, a role from that role, and one that the permission set denies. All of it
// is asked of the center's own STS.
func configureChain(t *testing.T, m *machine) {
	t.Helper()
	path := filepath.Join(m.home, ".aws", "config")
	text := read(t, path)
	services := ""
	if _, after, ok := strings.Cut(text, "\nservices = "); ok {
		name, _, _ := strings.Cut(after, "\n")
		services = "services = " + name + "\n"
	}
	for _, p := range []struct{ name, role, source, session string }{
		{"deploy", "ci/Deploy", profile, "alice-ci"},
		{"release", "Release", "deploy", "alice-release"},
		{"secret", "Secret", profile, "alice"},
	} {
		text += fmt.Sprintf("[profile %s]\nrole_arn = arn:aws:iam::123456789022:role/%s\nsource_profile = %s\nrole_session_name = %s\nregion = us-west-2\n%s",
			p.name, p.role, p.source, p.session, services)
	}
	write(t, path, text)
}

// TestChain: a profile with role_arn and source_profile onto a signed-in one works
// with each client, and so does one onto that.
func TestChain(t *testing.T) {
	t.Parallel()
	m, latchkey := newMachine(t), program(t, "latchkey")
	configure(t, m, startCenter(t))
	configureChain(t, m)
	t.Run("latchkey", func(t *testing.T) { assumes(t, m, latchkey) })
	t.Run("AWS CLI", func(t *testing.T) { assumes(t, m, servicesCLI(t)) })
	t.Run("boto3", func(t *testing.T) {
		python := testneed.PythonModule(t, "boto3")
		for profile, arn := range map[string]string{"deploy": deployARN, "release": releaseARN} {
			if out := string(m.run(t, python, script(t, "identity.py"), profile)); !strings.Contains(out, `"`+arn+`"`) {
				t.Errorf("%s is %s", profile, out)
			}
		}
	})
	t.Run("SDK for Go", func(t *testing.T) {
		for profile, arn := range map[string]string{"deploy": deployARN, "release": releaseARN} {
			if got := sdkARN(t, m, profile); got != arn {
				t.Errorf("%s is %s", profile, got)
			}
		}
	})
}

// TestChainOfV2 is TestChain for the AWS CLI v2 as distributions have it.
func TestChainOfV2(t *testing.T) {
	t.Parallel()
	aws, m, c := cli2(t), newMachine(t), startCenter(t)
	manualProfile(t, m)
	configureChain(t, m)
	m = ledTo(t, m, c)
	login(t, m, aws)
	assumes(t, m, aws)
}

// assumes checks who a program is with the profiles of configureChain. What it
// has of the first role in its cache must not hide the second time.
func assumes(t *testing.T, m *machine, program string) {
	t.Helper()
	for range 2 {
		for profile, arn := range map[string]string{"deploy": deployARN, "release": releaseARN} {
			var who identity
			printed := m.run(t, program, "sts", "get-caller-identity", "--profile", profile, "--output", "json")
			if err := json.Unmarshal(printed, &who); err != nil || who.Arn != arn || who.Account != "123456789022" || !strings.HasPrefix(who.UserID, "AROA") {
				t.Errorf("%s with %s is %s (%v)", program, profile, printed, err)
			}
		}
	}
	p := m.start(t, program, "sts", "get-caller-identity", "--profile", "secret")
	code := p.wait(t)
	if text, _ := p.out.state(); code != 254 && code != 255 || !strings.Contains(strings.Join(strings.Fields(text), " "), notAllowed) {
		t.Errorf("%s with a role that is denied: exit code %d\n%s", program, code, text)
	}
}

// TestBotoAssumes: boto3 by itself, led to the center by a variable.
func TestBotoAssumes(t *testing.T) {
	t.Parallel()
	python := testneed.PythonModule(t, "boto3")
	m, c := newMachine(t), startCenter(t)
	configure(t, m, c)
	var out struct {
		ARN, Account string
		Refused      [2]string
	}
	printed := m.with("AWS_ENDPOINT_URL_STS="+c.origin).run(t, python, script(t, "assume.py"), profile)
	if err := json.Unmarshal(printed, &out); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	if out.ARN != "arn:aws:sts::123456789022:assumed-role/Release/two" || out.Account != "123456789022" ||
		out.Refused != [2]string{"AccessDenied", "Cannot call GetSessionToken with session credentials"} {
		t.Errorf("%+v", out)
	}
}

// TestClusterToken: the token that the AWS CLI makes for a Kubernetes cluster says
// to the cluster who brings it, if the cluster is the one that it was made for.
func TestClusterToken(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	configure(t, m, startCenter(t))
	var out struct{ Status struct{ Token string } }
	printed := m.run(t, servicesCLI(t), "eks", "get-token", "--cluster-name", "blue", "--profile", profile, "--output", "json")
	if err := json.Unmarshal(printed, &out); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	encoded, ok := strings.CutPrefix(out.Status.Token, "k8s-aws-v1.")
	url, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil {
		t.Fatalf("token %q: %v", out.Status.Token, err)
	}
	for cluster, want := range map[string]int{"blue": http.StatusOK, "green": http.StatusForbidden} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", string(url), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("x-k8s-aws-id", cluster)
		response, err := localClient(t).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("at the cluster %s: %s", cluster, response.Status)
		}
	}
}
