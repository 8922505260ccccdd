package compat_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// boto3WithoutProfile prints who it is without being told of a profile.
const boto3WithoutProfile = `
import boto3, json
who = boto3.client("sts").get_caller_identity()
print(json.dumps({k: who[k] for k in ("UserId", "Account", "Arn")}))
`

// TestClientsUnderExec: what exec puts into the environment is enough for AWS's
// clients to be the profile's role, at the profile's center.
func TestClientsUnderExec(t *testing.T) {
	t.Parallel()
	m, latchkey := newMachine(t), program(t, "latchkey")
	configure(t, m, startCenter(t))
	under := m.with("AWS_PROFILE=none", "AWS_SECURITY_TOKEN=stale", "AWS_WEB_IDENTITY_TOKEN_FILE=/none")
	t.Run("AWS CLI", func(t *testing.T) {
		identityOf(t, under.run(t, latchkey, "exec", "--profile", profile, "--", servicesCLI(t), "sts", "get-caller-identity"))
	})
	t.Run("boto3", func(t *testing.T) {
		python := testneed.PythonModule(t, "boto3")
		identityOf(t, under.run(t, latchkey, "exec", "--profile", profile, "--", python, "-c", boto3WithoutProfile))
	})
	t.Run("latchkey", func(t *testing.T) {
		identityOf(t, under.run(t, latchkey, "exec", "--profile", profile, "--", latchkey, "sts", "get-caller-identity"))
	})
}

// TestProgramOfEither: each program is the credential_process of a profile that
// the other uses.
func TestProgramOfEither(t *testing.T) {
	t.Parallel()
	m, latchkey, c := newMachine(t), program(t, "latchkey"), startCenter(t)
	configure(t, m, c)
	config := filepath.Join(m.home, ".aws", "config")
	_, after, _ := strings.Cut(read(t, config), "\nservices = ")
	services, _, _ := strings.Cut(after, "\n")
	t.Run("latchkey for the AWS CLI", func(t *testing.T) {
		write(t, config, read(t, config)+"[profile by-latchkey]\ncredential_process = \""+latchkey+"\" configure export-credentials --profile "+profile+"\nregion = us-west-2\nservices = "+services+"\n")
		identityOf(t, m.run(t, servicesCLI(t), "sts", "get-caller-identity", "--profile", "by-latchkey"))
		identityOf(t, m.run(t, latchkey, "sts", "get-caller-identity", "--profile", "by-latchkey"))
	})
	t.Run("the AWS CLI for latchkey", func(t *testing.T) {
		aws := cli2(t)
		write(t, config, read(t, config)+"[profile by-aws]\ncredential_process = "+aws+" configure export-credentials --profile "+profile+"\nregion = us-west-2\n")
		led := ledTo(t, m, c)
		identityOf(t, led.run(t, latchkey, "sts", "get-caller-identity", "--profile", "by-aws"))
	})
}

// TestRoleOfEitherServesBoth: a role that one program has assumed is there for
// the other, which need not ask for it.
func TestRoleOfEitherServesBoth(t *testing.T) {
	t.Parallel()
	latchkey, c := program(t, "latchkey"), startCenter(t)
	aws := servicesCLI(t)
	for _, tt := range []struct{ name, first, second string }{
		{"latchkey assumes", latchkey, aws},
		{"the AWS CLI assumes", aws, latchkey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, sts := newMachine(t), startSTS(t)
			configure(t, m, c)
			config := filepath.Join(m.home, ".aws", "config")
			write(t, config, read(t, config)+fmt.Sprintf(chained, sts.URL, c.origin))
			for _, program := range []string{tt.first, tt.second} {
				if out := string(m.run(t, program, "sts", "get-caller-identity", "--profile", "chained")); !strings.Contains(out, "ASIACHAINED") {
					t.Errorf("%s is %s", program, out)
				}
			}
			if n := sts.assumed.Load(); n != 1 {
				t.Errorf("the role was assumed %d times", n)
			}
		})
	}
}

// chained names the endpoints of its source, too: the AWS CLI signs in where the
// profile says that it was given.
const chained = `[profile chained]
role_arn = arn:aws:iam::123456789022:role/größe
source_profile = ` + profile + `
external_id = x1
duration_seconds = 3600
region = us-west-2
output = json
services = chained
[services chained]
sts =
    endpoint_url = %[1]s
sso =
    endpoint_url = %[2]s
sso_oidc =
    endpoint_url = %[2]s
`

// An stsServer assumes every role for those who are signed in.
type stsServer struct {
	*httptest.Server
	assumed atomic.Int32
}

func startSTS(t *testing.T) *stsServer {
	t.Helper()
	s := &stsServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		if r.FormValue("Action") == "GetCallerIdentity" {
			_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
			key, _, _ := strings.Cut(signed, "/")
			fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
				`<Arn>arn:aws:sts::123456789022:assumed-role/x/%s</Arn><UserId>u</UserId><Account>123456789022</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, key)
			return
		}
		s.assumed.Add(1)
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>`+
			`<AssumedRoleUser><Arn>arn:aws:sts::123456789022:assumed-role/x/y</Arn><AssumedRoleId>AROA:y</AssumedRoleId></AssumedRoleUser>`+
			`<Credentials><AccessKeyId>ASIACHAINED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`+
			`<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(s.Close)
	return s
}
