package compat_test

import (
	"strings"
	"testing"

	"latchkey/internal/testneed"
	"latchkey/internal/webuser"
)

// TestConsoleLink: programs that make links into the web console, as AWS's user
// guide has them, make them at the center, and the link says whose console.
func TestConsoleLink(t *testing.T) {
	t.Parallel()
	python := testneed.PythonModule(t, "boto3")
	m, c := newMachine(t), startCenter(t)
	configure(t, m, c)
	configureChain(t, m)
	const destination = "https://us-west-2.console.aws.amazon.com/ec2/home?region=us-west-2"
	for _, tt := range []struct {
		profile, duration string
		says              []string // none: there is no link
	}{
		{profile, "", []string{"DeveloperAccount", account, "AWSReservedSSO_ReadOnly_", "alice", destination}},
		{profile, "43200", []string{"DeveloperAccount", account}},
		{profile, "60", nil},
		{"deploy", "", []string{"ProductionAccount", "123456789022", "Deploy", "alice-ci"}},
		{"deploy", "3600", nil},
	} {
		args := []string{script(t, "console.py"), tt.profile, c.origin + "/federation", destination}
		if tt.duration != "" {
			args = append(args, tt.duration)
		}
		p := m.start(t, python, args...)
		code := p.wait(t)
		if tt.says == nil {
			if code == 0 || !strings.Contains(p.out.String(), "HTTP Error 400") {
				t.Errorf("%s for %ss: exit code %d\n%s", tt.profile, tt.duration, code, p.out)
			}
			continue
		}
		if code != 0 {
			t.Errorf("%s: exit code %d\n%s", tt.profile, code, p.out)
			continue
		}
		link, _ := p.out.state()
		page, err := webuser.New(localClient(t)).Open(strings.TrimSpace(link))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.says {
			if !strings.Contains(page.Text(), want) {
				t.Errorf("%s: no %q in\n%s", tt.profile, want, page.Text())
			}
		}
	}
}
