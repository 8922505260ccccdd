package cli_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The code of an MFA device is asked for at the terminal, whatever stdout is,
// and once: the role's credentials are kept.
func TestMFAInATerminal(t *testing.T) {
	dir := t.TempDir()
	server := httptest.NewServer(&stsStandIn{log: filepath.Join(dir, "sts.log")})
	defer server.Close()
	config := filepath.Join(dir, "config")
	if err := os.WriteFile(config, []byte(`[profile mfa]
role_arn = arn:aws:iam::123456789012:role/mfa
source_profile = mfa
mfa_serial = arn:aws:iam::1:mfa/me
aws_access_key_id = AKIA
aws_secret_access_key = s
endpoint_url = `+server.URL+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term := openTerminalWith(t, 120, []string{"AWS_CONFIG_FILE=" + config, "NO_PROXY=127.0.0.1"}, "exec", "--profile", "mfa", "--", "sh", "-c", "latchkey exec --profile mfa -- printenv AWS_ACCESS_KEY_ID </dev/null")
	term.expect("Enter MFA code for arn:aws:iam::1:mfa/me:")
	term.send(enter)
	term.expect("type the digits that the device shows")
	term.send("123456" + enter)
	term.expect("role/mfa")
	if code := term.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	log, err := os.ReadFile(filepath.Join(dir, "sts.log"))
	if want := "AKIA AssumeRole arn:aws:iam::123456789012:role/mfa arn:aws:iam::1:mfa/me 123456"; err != nil || strings.TrimSpace(string(log)) != want {
		t.Errorf("STS was asked %q, %v, want %q", log, err, want)
	}
}

func TestMFAIsInterrupted(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte(`[profile mfa]
role_arn = arn:aws:iam::123456789012:role/mfa
source_profile = mfa
mfa_serial = arn:aws:iam::1:mfa/me
aws_access_key_id = AKIA
aws_secret_access_key = s
`), 0o600); err != nil {
		t.Fatal(err)
	}
	term := openTerminalWith(t, 120, []string{"AWS_CONFIG_FILE=" + config, "NO_PROXY=127.0.0.1"}, "configure", "export-credentials", "--profile", "mfa")
	term.expect("Enter MFA code")
	term.send(ctrlC)
	if code := term.exit(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}

// A command of exec in a terminal gets its signals: Ctrl-C ends the command,
// and the exit code tells.
func TestExecInATerminal(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("[profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term := openTerminalWith(t, 120, []string{"AWS_CONFIG_FILE=" + config, "NO_PROXY=127.0.0.1"}, "exec", "--profile", "keys", "--", "sh", "-c", "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done")
	term.expect("ready")
	term.press(ctrlC, "caught")
	if code := term.exit(); code != 9 {
		t.Errorf("exit code %d", code)
	}
}
