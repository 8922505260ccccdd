package awscred_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awscred"
)

var sample = awscred.Credentials{
	AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret/key", SessionToken: "sess+tok=",
	Expiration: time.Date(2026, 11, 22, 21, 32, 34, 0, time.UTC), AccountID: "123456789011",
}

// The texts are the AWS CLI's own.
func TestFormat(t *testing.T) {
	lines := func(format string) string {
		var b strings.Builder
		for _, v := range [][2]any{
			{"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secret/key"},
			{"AWS_SESSION_TOKEN", "sess+tok="}, {"AWS_CREDENTIAL_EXPIRATION", "2026-11-22T21:32:34+00:00"},
		} {
			fmt.Fprintf(&b, format+"\n", v[0], v[1])
		}
		return b.String()
	}
	for form, want := range map[awscred.Form]string{
		awscred.Process: `{
  "Version": 1,
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "secret/key",
  "SessionToken": "sess+tok=",
  "Expiration": "2026-11-22T21:32:34+00:00"
}
`,
		awscred.Env:         lines("export %s=%s"),
		awscred.EnvNoExport: lines("%s=%s"),
		awscred.PowerShell:  lines(`$Env:%s="%s"`),
		awscred.WindowsCmd:  lines("set %s=%s"),
		awscred.Fish:        lines(`set -gx %s "%s"`),
	} {
		got, err := awscred.Format(sample, form)
		if err != nil || string(got) != want {
			t.Errorf("Format(%s) = %q, %v, want %q", form, got, err, want)
		}
	}
}

func TestFormatLeavesOutWhatIsAbsent(t *testing.T) {
	got, err := awscred.Format(awscred.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}, awscred.Process)
	want := "{\n  \"Version\": 1,\n  \"AccessKeyId\": \"AKIA\",\n  \"SecretAccessKey\": \"s\"\n}\n"
	if err != nil || string(got) != want {
		t.Errorf("Format = %q, %v, want %q", got, err, want)
	}
}

// hostile are values that end a quotation, start a command or expand in one of
// the shells.
var hostile = []string{
	"a b", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", `"; touch pwned; "`, "a'b", `a\b`, `a\'b`,
	"$HOME", "=ls", "x:=ls", "~", "a:~root", "!!", "*", "{a,b}", "(touch pwned)", "a;touch pwned", "a&b", "é€😀",
	"‘; touch pwned; ’", `\`, `\\`, "$((1+1))", "%PATH%", "^", "#c", " lead", "trail ",
}

func TestUnquotableIsRefused(t *testing.T) {
	for _, tc := range []struct {
		form  awscred.Form
		value string
	}{
		{awscred.PowerShell, "a\xff"}, {awscred.Env, "a\nb"}, {awscred.Fish, "a\x00b"}, {awscred.PowerShell, "a\rb"}, {awscred.EnvNoExport, "a\x1bb"},
		{awscred.WindowsCmd, "%PATH%"}, {awscred.WindowsCmd, "a&calc"}, {awscred.WindowsCmd, `"`}, {awscred.WindowsCmd, "a^b"},
	} {
		got, err := awscred.Format(awscred.Credentials{AccessKeyID: "A", SecretAccessKey: awscred.Secret(tc.value)}, tc.form)
		if err == nil || got != nil {
			t.Errorf("Format(%q, %s) = %q, want it refused", tc.value, tc.form, got)
		}
		if err != nil && strings.Contains(err.Error(), tc.value) {
			t.Errorf("the error shows the value: %v", err)
		}
	}
}

func TestSecretIsHidden(t *testing.T) {
	type holder struct{ Token awscred.Secret }
	const canary = "canary-5f2a"
	s := awscred.Secret(canary)
	encoded, _ := json.Marshal(holder{s})
	for _, got := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), fmt.Sprintf("%v %+v %#v", holder{s}, holder{s}, &holder{s}),
		fmt.Sprintf("%v", awscred.Credentials{SecretAccessKey: s}), string(encoded),
	} {
		if strings.Contains(got, canary) || strings.Contains(got, fmt.Sprintf("%x", canary)) {
			t.Errorf("the secret is visible in %q", got)
		}
	}
	if s.Reveal() != canary {
		t.Error("Reveal does not give the value")
	}
}

// FuzzAppendJSONString holds the writer to encoding/json as its reader.
func FuzzAppendJSONString(f *testing.F) {
	for _, s := range append(hostile, "R&D", "<>", "\x7f\x80\u2028", "\xff", "\U0001F600") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := awscred.AppendJSONString(nil, s)
		var got string
		if err := json.Unmarshal(b, &got); err != nil || got != strings.ToValidUTF8(s, "\ufffd") && !strings.ContainsRune(got, '\ufffd') {
			t.Fatalf("%q is read back as %q, %v", s, got, err)
		}
		for _, c := range b {
			if c < 0x20 || c > 0x7e {
				t.Fatalf("AppendJSONString(%q) = %q, not plain ASCII", s, b)
			}
		}
	})
}
