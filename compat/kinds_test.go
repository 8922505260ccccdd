package compat_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
)

// kinds are the profiles of configureKinds, and who a client is with each.
var kinds = []struct {
	profile string
	arn     *regexp.Regexp
}{
	{profile, roleARN},
	{"in-session", roleARN},
	{"by-process", roleARN},
	{"chained", regexp.MustCompile(`^arn:aws:sts::123456789022:assumed-role/x/ASIACHAINED$`)},
}

// configureKinds has latchkey sign in without and with an SSO session, and adds
// what people write by hand: a profile for which latchkey is the
// credential_process, and a role assumed from the first profile.
func configureKinds(t *testing.T, m *machine, c center) {
	t.Helper()
	configure(t, m, c)
	configureAs(t, m, c, "in-session", "--sso-session", "corp", "--sso-registration-scopes", "sso:account:access")
	config := filepath.Join(m.home, ".aws", "config")
	write(t, config, read(t, config)+
		fmt.Sprintf(byProcess, program(t, "latchkey"), c.origin)+
		fmt.Sprintf(chained, startSTS(t).URL, c.origin))
}

const byProcess = `[profile by-process]
credential_process = "%s" configure export-credentials --profile ` + profile + `
region = us-west-2
services = by-process
[services by-process]
sts =
    endpoint_url = %s
`
