package portal

import (
	"os/exec"
	"strings"
	"testing"

	"latchkey/internal/center/vendor"
)

var hostile = []string{
	"", "ReadOnly", "Team,A=b@c+d.e-f_g", "a b", "$(id)", "`id`", "a'b", "'; id; '", `"`, `\`, "a\nb", "-x", "~", "*", "!", "$HOME", "a;b|c&d", "#x", "ä",
}

// Whatever a word is, a shell takes it as one word and runs nothing of it.
func TestQuotedWords(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	for _, word := range hostile {
		out, err := exec.Command(shell, "-c", "set -- "+quote(word)+`; printf '%s/' "$#" "$@"`).Output()
		if want := "1/" + word + "/"; err != nil || string(out) != want {
			t.Errorf("%q: %q, %v", word, out, err)
		}
	}
}

func TestExportedCredentials(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	for _, secret := range hostile {
		c := vendor.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: secret, SessionToken: "a+b/c="}
		env := forms("p", c)[0].Text
		out, err := exec.Command(shell, "-c", env+`printf '%s/' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`).Output()
		if want := "ASIA1/" + secret + "/a+b/c=/"; err != nil || string(out) != want {
			t.Errorf("%q: %q, %v", secret, out, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	s := &Service{Origin: "https://sso.example.com", Region: "eu-central-1"}
	got := strings.Join(s.command("123456789011", "Team,A=b@c"), " ")
	want := "latchkey configure sso --sso-session sso-example-com --sso-start-url https://sso.example.com/start" +
		" --sso-region eu-central-1 --sso-registration-scopes sso:account:access --sso-account-id 123456789011 --sso-role-name 'Team,A=b@c'"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSessionName(t *testing.T) {
	for origin, want := range map[string]string{
		"http://127.0.0.1:8080": "127-0-0-1-8080", "https://sso.example.com": "sso-example-com", "http://[::1]:80": "1--80", "": "center",
	} {
		if got := sessionName(origin); got != want {
			t.Errorf("%s: %s, want %s", origin, got, want)
		}
	}
}
