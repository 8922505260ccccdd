package portal

import (
	"fmt"
	"net/url"
	"strings"

	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

// command is the line that sets up a profile for a role and leaves only its
// region, output format and name to ask: the command, then each flag with its
// value.
func (s *Service) command(accountID, role string) []string {
	line := []string{"latchkey configure sso"}
	for _, flag := range [][2]string{
		{"--sso-session", sessionName(s.Origin)}, {"--sso-start-url", s.Origin + "/start"}, {"--sso-region", s.Region}, {"--sso-registration-scopes", "sso:account:access"},
		{"--sso-account-id", accountID}, {"--sso-role-name", role},
	} {
		line = append(line, flag[0]+" "+quote(flag[1]))
	}
	return line
}

// sessionName makes of where the center is a name for the sessions with it, the
// same for all its roles: they then share one sign-in.
func sessionName(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return "center"
	}
	return strings.Trim(strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			return c
		}
		return '-'
	}, u.Host), "-")
}

// plain are the characters that every shell takes as they are.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:"

// quote makes text one word of a POSIX shell, and of PowerShell unless it has an
// apostrophe.
func quote(text string) string {
	if text != "" && strings.Trim(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// forms are the ways in which people take credentials along.
func forms(profile string, c vendor.Credentials) []web.Form {
	fields := []struct{ name, value string }{
		{"aws_access_key_id", c.AccessKeyID}, {"aws_secret_access_key", c.SecretAccessKey}, {"aws_session_token", c.SessionToken},
	}
	var shell, powershell strings.Builder
	file := "[" + profile + "]\n"
	for _, f := range fields {
		fmt.Fprintf(&shell, "export %s=%s\n", strings.ToUpper(f.name), quote(f.value))
		fmt.Fprintf(&powershell, "$Env:%s='%s'\n", strings.ToUpper(f.name), strings.ReplaceAll(f.value, "'", "''"))
		file += f.name + " = " + f.value + "\n"
	}
	return []web.Form{
		{ID: "env_form", Title: "For a terminal", Hint: "Paste it into a shell on Linux, macOS or WSL: good for that window alone.", Text: shell.String(), Rows: 3},
		{ID: "powershell_form", Title: "For PowerShell", Hint: "Paste it into PowerShell: good for that window alone.", Text: powershell.String(), Rows: 3},
		{ID: "file_form", Title: "For a file", Hint: "Add it to .aws/credentials in your home directory, then use it with --profile " + profile + ". Take it out again when it has expired.", Text: file, Rows: 4},
	}
}
