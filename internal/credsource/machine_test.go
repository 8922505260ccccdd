package credsource_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/awsconfig"
	"latchkey/internal/testneed"
)

// A machine stands in for the services of a container and of an instance, and
// for STS. It answers a path with the next of its answers, the last of them
// again and again, and notes what it was asked.
type machine struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string][]string // "200 text", by method and path
	asked   []string
}

func startMachine(t *testing.T, answers map[string][]string) *machine {
	t.Helper()
	m := &machine{answers: map[string][]string{}}
	for request, texts := range answers {
		m.answers[request] = slices.Clone(texts)
	}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	request := r.Method + " " + r.URL.Path
	note := request
	for _, name := range []string{"Authorization", "Accept", "X-Aws-Ec2-Metadata-Token", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"} {
		if v := r.Header.Get(name); v != "" && v != "*/*" && !strings.HasPrefix(v, "AWS4") {
			note += " " + name + "=" + v
		}
	}
	if request == "POST /" {
		fmt.Fprintf(w, assumed, r.FormValue("RoleArn"))
		return
	}
	m.asked = append(m.asked, note)
	answers := m.answers[request]
	if len(answers) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if len(answers) > 1 {
		m.answers[request] = answers[1:]
	}
	status, text, _ := strings.Cut(answers[0], " ")
	var code int
	fmt.Sscan(status, &code)
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(code)
	fmt.Fprint(w, text)
}

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>` +
	`<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn><AssumedRoleId>AROA:y</AssumedRoleId></AssumedRoleUser>` +
	`<Credentials><AccessKeyId>ROLE-%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>` +
	`<Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

const (
	keys      = `{"Code":"Success","AccessKeyId":"GIVEN","SecretAccessKey":"s","Token":"t","Expiration":"2126-01-01T00:00:00Z"}`
	oldKeys   = `{"Code":"Success","AccessKeyId":"GIVEN","SecretAccessKey":"s","Token":"t","Expiration":"2016-01-01T00:00:00Z"}`
	lessKeys  = `{"AccessKeyId":"GIVEN","SecretAccessKey":"s","Expiration":"2126-01-01T00:00:00Z"}`
	refusal   = `{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"}`
	tokenPath = "PUT /latest/api/token"
	rolePath  = "GET /latest/meta-data/iam/security-credentials/"
)

// A scene is one machine, and who asks it.
type scene struct {
	name    string
	profile string
	env     map[string]string // %s is the machine's address
	answers map[string][]string
	want    string // the access key, "" for none, "!" and a part of the error
}

func scenes(t *testing.T) []scene {
	token, broken := filepath.Join(t.TempDir(), "token"), filepath.Join(t.TempDir(), "token")
	for name, text := range map[string]string{token: "from the file", broken: "from the file\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	type env = map[string]string
	type answers = map[string][]string
	full := func(more ...string) env {
		e := env{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "%s/creds?a=b"}
		for i := 0; i < len(more); i += 2 {
			e[more[i]] = more[i+1]
		}
		return e
	}
	given := answers{"GET /creds": {"200 " + keys}}
	instance := answers{tokenPath: {"200 TOKEN"}, rolePath: {"200 my-role"}, rolePath + "my-role": {"200 " + keys}}
	but := func(more answers) answers {
		all := answers{}
		for _, m := range []answers{instance, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	const authorize = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
	return []scene{
		{"container", "none", full(), given, "GIVEN"},
		{"container shown a token", "none", full(authorize, "Bearer x"), given, "GIVEN"},
		{"container shown the token of a file", "none", full(authorize, "no", authorize+"_FILE", token), given, "GIVEN"},
		{"token with a line break", "none", full(authorize, "a\r\nX: y"), given, "!AUTHORIZATION_TOKEN holds a line break"},
		{"token file with a line break", "none", full(authorize+"_FILE", broken), given, "!AUTHORIZATION_TOKEN_FILE holds a line break"},
		{"no token file", "none", full(authorize+"_FILE", "/nonexistent/token"), given, "!/nonexistent/token"},
		{"container before instance", "none", full(), but(given), "GIVEN"},
		{"keys before container", "keys", full(), given, "CONFIG"},
		{"container of a profile that is not there", "", full(), given, "GIVEN"},
		{"container for a role", "role-ecs", full(), given, "ROLE-" + machineRole},
		{"no container for a role", "role-ecs", nil, instance, "!the environment names none"},
		{"container is ill for once", "none", full(), answers{"GET /creds": {"500 x", "200 {", "200 " + keys}}, "GIVEN"},
		{"container is ill", "none", full(), but(answers{"GET /creds": {`403 {"Code":"AccessDenied","Message":"no\u001b[31m"}`}}), "!status 403: AccessDenied: no"},
		{"container redirects", "none", full(), answers{"GET /creds": {"302 "}, "GET /elsewhere": {"200 " + keys}}, "!status 302"},
		{"container leaves something out", "none", full(), answers{"GET /creds": {"200 " + lessKeys}}, "!the answer has no Token"},
		{"relative goes before full", "none", full("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@127.0.0.2:1/x"), given, "!container's credentials at 127.0.0.2:1: "},
		{"instance", "none", nil, instance, "GIVEN"},
		{"instance of a profile that is not there", "", nil, instance, "GIVEN"},
		{"keys before instance", "keys", nil, instance, "CONFIG"},
		{"instance for a role", "role-ec2", nil, instance, "ROLE-" + machineRole},
		{"instance without a role", "none", nil, but(answers{rolePath: {"404 "}}), ""},
		{"instance whose role cannot be assumed", "role-ec2", nil, but(answers{rolePath + "my-role": {"200 " + refusal}}), "!AssumeRoleUnauthorizedAccess: EC2 cannot assume the role"},
		{"instance refuses the token", "none", nil, but(answers{tokenPath: {"400 "}}), ""},
		{"instance without tokens", "none", nil, but(answers{tokenPath: {"404 "}}), "GIVEN"},
		{"instance forbids tokens", "none", nil, but(answers{tokenPath: {"403 "}}), "GIVEN"},
		{"instance is ill with tokens", "none", nil, but(answers{tokenPath: {"500 "}}), "GIVEN"},
		{"without tokens is disabled", "none", env{"AWS_EC2_METADATA_V1_DISABLED": "True"}, but(answers{tokenPath: {"404 "}}), "!without one (IMDSv1) is disabled"},
		{"with tokens is not", "none", env{"AWS_EC2_METADATA_V1_DISABLED": "True"}, instance, "GIVEN"},
		{"disabled", "none", env{"AWS_EC2_METADATA_DISABLED": "TRUE"}, instance, ""},
		{"disabled by another word", "none", env{"AWS_EC2_METADATA_DISABLED": "1"}, instance, "GIVEN"},
		{"instance is ill once", "none", nil, but(answers{rolePath: {"500 ", "200 my-role"}}), ""},
		{"instance is ill twice", "none", env{"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"},
			but(answers{tokenPath: {"500 ", "500 ", "200 TOKEN"}, rolePath: {"200 ", "500 ", "200 my-role"}, rolePath + "my-role": {"200 {", "503 ", "200 " + keys}}), "GIVEN"},
		{"instance is ill for longer", "none", env{"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"}, but(answers{rolePath: {"500 "}}), ""},
		{"attempts of the profile", "patient", nil, but(answers{rolePath: {"500 ", "200 my-role"}}), "GIVEN"},
		{"instance leaves something out", "none", nil, but(answers{rolePath + "my-role": {"200 " + lessKeys}}), ""},
		{"instance gives old ones", "none", nil, but(answers{rolePath + "my-role": {"200 " + oldKeys}}), "GIVEN"},
		{"instance redirects", "none", nil, but(answers{rolePath: {"302 "}, "GET /elsewhere": {"200 my-role"}}), ""},
		{"no such mode", "none", env{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"}, instance, "!must be ipv4 or ipv6"},
		{"endpoint before mode", "none", env{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, instance, "GIVEN"},
	}
}

// TestMachineAsBotocore: what the machine is asked, with which headers, how
// often, and what comes of it, is the same for botocore.
func TestMachineAsBotocore(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	var questions bytes.Buffer
	all := scenes(t)
	theirs := make([]*machine, len(all))
	for i, s := range all {
		theirs[i] = startMachine(t, s.answers)
		home := t.TempDir()
		if err := os.WriteFile(filepath.Join(home, "config"), []byte(machineConfig), 0o600); err != nil {
			t.Fatal(err)
		}
		env := s.environment(theirs[i])
		env["AWS_CONFIG_FILE"], env["HOME"], env["AWS_DEFAULT_REGION"] = filepath.Join(home, "config"), home, "us-east-1"
		env["AWS_ENDPOINT_URL_STS"] = theirs[i].URL
		questions.WriteString(marshal([]any{env, profileOrNil(s.profile)}) + "\n")
	}
	cmd := exec.Command(python, "testdata/botocore_machine.py")
	cmd.Stdin, cmd.Stderr = &questions, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	for i, s := range all {
		var key *string
		if err := answers.Decode(&key); err != nil {
			t.Fatal(err)
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ours := startMachine(t, s.answers)
			s.judge(t, ours)
			if !slices.Equal(ours.asked, theirs[i].asked) {
				t.Errorf("we ask\n\t%s\nbotocore\n\t%s", strings.Join(ours.asked, "\n\t"), strings.Join(theirs[i].asked, "\n\t"))
			}
			if got, fails := deref(key), strings.HasPrefix(s.want, "!"); !fails && got != s.want || fails && !isException(got) {
				t.Errorf("botocore finds %q, want %q", got, s.want)
			}
		})
	}
}

const machineRole = "arn:aws:iam::123456789012:role/R"

const machineConfig = `
[profile none]
[profile patient]
metadata_service_num_attempts = 2
[profile keys]
aws_access_key_id = CONFIG
aws_secret_access_key = s
[profile role-ecs]
role_arn = ` + machineRole + `
credential_source = EcsContainer
[profile role-ec2]
role_arn = ` + machineRole + `
credential_source = Ec2InstanceMetadata
`

// isException tells the name of one from an access key and from nothing.
func isException(answer string) bool {
	return strings.HasSuffix(answer, "Error")
}

func profileOrNil(name string) any {
	if name == "" {
		return nil
	}
	return name
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (s scene) environment(m *machine) map[string]string {
	env := map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": m.URL}
	for k, v := range s.env {
		env[k] = strings.ReplaceAll(v, "%s", m.URL)
	}
	return env
}

// judge asks m with a Finder.
func (s scene) judge(t *testing.T, m *machine) {
	t.Helper()
	w := newWorld(t, machineConfig, "")
	w.env, w.Named = s.environment(m), s.profile != ""
	profile := s.profile
	if profile == "" {
		profile = "default"
	}
	c, err := w.Credentials(t.Context(), profile)
	problem, fails := strings.CutPrefix(s.want, "!")
	switch {
	case fails && (err == nil || !strings.Contains(err.Error(), problem)):
		t.Errorf("got %q, %v; want an error about %q", c.AccessKeyID, err, problem)
	case !fails && s.want == "" && (err == nil || !strings.HasSuffix(err.Error(), "has no credentials")):
		t.Errorf("got %q, %v; want none", c.AccessKeyID, err)
	case s.want != "" && !fails && (err != nil || c.AccessKeyID != s.want):
		t.Errorf("got %q, %v; want %q", c.AccessKeyID, err, s.want)
	}
	if err == nil && !c.Expiration.IsZero() && !c.Expiration.After(now) {
		t.Errorf("they ended at %v", c.Expiration)
	}
}

// botocore asks for them once more before it says so.
func TestContainerGivesOldCredentials(t *testing.T) {
	s := scene{
		profile: "none", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "%s/creds"},
		answers: map[string][]string{"GET /creds": {"200 " + oldKeys}}, want: "!what the container gave ended at",
	}
	s.judge(t, startMachine(t, s.answers))
}

// Whoever waited for the metadata service of a machine that is no instance is
// told how not to.
func TestWaitForNoInstance(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			http.NotFound(rw, r) // no token: one silence is enough here
			return
		}
		<-r.Context().Done()
	}))
	defer silent.Close()
	w := newWorld(t, machineConfig, "")
	for _, tc := range []struct {
		endpoint string
		waited   bool
	}{{silent.URL, true}, {"http://0.0.0.0:1", false}} {
		w.env, w.Named = map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": tc.endpoint}, true
		_, err := w.Credentials(t.Context(), "none")
		e, ok := errors.AsType[*awsconfig.ConfigError](err)
		if !ok || strings.Contains(e.Hint, "AWS_EC2_METADATA_DISABLED=true") != tc.waited {
			t.Errorf("%s: %+v", tc.endpoint, err)
		}
	}
}
