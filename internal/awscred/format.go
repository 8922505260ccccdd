package awscred

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// A Form is a way to write credentials for another program, named as in
// `configure export-credentials --format`.
type Form string

// The forms of the AWS CLI.
const (
	Process     Form = "process"       // the JSON of the credential_process protocol
	Env         Form = "env"           // sh: export NAME=value
	EnvNoExport Form = "env-no-export" // sh: NAME=value
	PowerShell  Form = "powershell"
	WindowsCmd  Form = "windows-cmd"
	Fish        Form = "fish"
)

// Forms lists every Form in the order of the AWS CLI's help.
func Forms() []Form {
	return []Form{Process, Env, EnvNoExport, PowerShell, WindowsCmd, Fish}
}

// ErrUnquotable means that a value has a character which the asked-for shell
// cannot take as mere text.
var ErrUnquotable = errors.New("a credential value cannot be written safely for this shell")

// expirationLayout is Python's datetime.isoformat() for UTC, which the AWS CLI
// prints.
const expirationLayout = "2006-01-02T15:04:05+00:00"

// Format returns c in form f, with a newline at its end. For values of the
// alphabets that AWS uses the bytes are those of the AWS CLI; any other value
// is quoted so that the shell takes it as text, or refused with
// ErrUnquotable.
func Format(c Credentials, f Form) ([]byte, error) {
	if f == Process {
		return formatProcess(c), nil
	}
	line, ok := lineFor(f)
	if !ok {
		return nil, errors.New("unknown format " + string(f))
	}
	var b []byte
	for _, v := range variables(c) {
		if hasControl(v.value) {
			return nil, ErrUnquotable
		}
		text, err := line(v.name, v.value)
		if err != nil {
			return nil, err
		}
		b = append(append(b, text...), '\n')
	}
	return b, nil
}

type variable struct{ name, value string }

// Variables returns c as the environment variables that AWS clients read, each
// as NAME=value, in the AWS CLI's order.
func Variables(c Credentials) []string {
	var env []string
	for _, v := range variables(c) {
		env = append(env, v.name+"="+v.value)
	}
	return env
}

func variables(c Credentials) []variable {
	vs := []variable{
		{"AWS_ACCESS_KEY_ID", c.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey.Reveal()},
	}
	if c.SessionToken != "" {
		vs = append(vs, variable{"AWS_SESSION_TOKEN", c.SessionToken.Reveal()})
	}
	if !c.Expiration.IsZero() {
		vs = append(vs, variable{"AWS_CREDENTIAL_EXPIRATION", c.Expiration.UTC().Format(expirationLayout)})
	}
	return vs
}

func formatProcess(c Credentials) []byte {
	b := []byte("{\n  \"Version\": 1")
	field := func(name, value string) {
		b = append(b, ",\n  \""+name+"\": "...)
		b = AppendJSONString(b, value)
	}
	field("AccessKeyId", c.AccessKeyID)
	field("SecretAccessKey", c.SecretAccessKey.Reveal())
	if c.SessionToken != "" {
		field("SessionToken", c.SessionToken.Reveal())
	}
	if !c.Expiration.IsZero() {
		field("Expiration", c.Expiration.UTC().Format(expirationLayout))
	}
	return append(b, "\n}\n"...)
}

func lineFor(f Form) (func(name, value string) (string, error), bool) {
	switch f {
	case Env:
		return func(n, v string) (string, error) { return "export " + n + "=" + quoteSh(v), nil }, true
	case EnvNoExport:
		return func(n, v string) (string, error) { return n + "=" + quoteSh(v), nil }, true
	case PowerShell:
		return setPowerShell, true
	case Fish:
		return func(n, v string) (string, error) { return "set -gx " + n + " " + quoteFish(v), nil }, true
	case WindowsCmd:
		return setCmd, true
	}
	return nil, false
}

// plain reports whether every character of v is text to every shell here.
func plain(v string) bool {
	for i := range len(v) {
		c := v[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("@%+=:,./-_", c) >= 0:
		default:
			return false
		}
	}
	return v != ""
}

func hasControl(v string) bool {
	return strings.ContainsFunc(v, func(r rune) bool { return r < 0x20 || 0x7f <= r && r < 0xa0 })
}

func quoteSh(v string) string {
	// zsh expands =NAME to the path of a command at the start of an assigned
	// value and after each colon.
	if plain(v) && v[0] != '=' && !strings.Contains(v, ":=") {
		return v
	}
	return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
}

// setPowerShell refuses what is not UTF-8: PowerShell reads text, and would read
// another.
func setPowerShell(name, value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", ErrUnquotable
	}
	return "$Env:" + name + "=" + quotePowerShell(value), nil
}

func quotePowerShell(v string) string {
	if plain(v) {
		return `"` + v + `"`
	}
	// PowerShell takes the typographic single quotes for the ASCII one; a
	// doubled quote of any kind stands for itself.
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range v {
		if r == '\'' || '\u2018' <= r && r <= '\u201b' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
	return b.String()
}

func quoteFish(v string) string {
	if plain(v) {
		return `"` + v + `"`
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
}

// setCmd writes for cmd.exe, which has no quoting that holds in every place: a
// value with one of its special characters is refused.
func setCmd(name, value string) (string, error) {
	if strings.ContainsAny(value, "\"%!^&|<>()") {
		return "", ErrUnquotable
	}
	return "set " + name + "=" + value, nil
}
