package credsource_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// A fetch is one question to botocore.
type fetch struct {
	RoleARN string         `json:"role_arn"`
	Extra   map[string]any `json:"extra_args"`
	Cache   string         `json:"cache"`
}

// TestBotocoreSharesRoles holds the files of assumed roles to botocore's, which
// finds ours and writes the same bytes.
func TestBotocoreSharesRoles(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	for _, tc := range []struct {
		name  string
		role  ssocache.RoleRequest
		extra map[string]any
	}{
		{"plain", ssocache.RoleRequest{RoleARN: "arn:aws:iam::123456789012:role/r"}, map[string]any{}},
		{"all", ssocache.RoleRequest{
			RoleARN: "arn:aws:iam::123456789012:role/r", SessionName: "me", ExternalID: "x", SerialNumber: "arn:aws:iam::1:mfa/m", Duration: 15 * time.Minute,
		}, map[string]any{"RoleSessionName": "me", "ExternalId": "x", "SerialNumber": "arn:aws:iam::1:mfa/m", "DurationSeconds": 900}},
		{"odd letters", ssocache.RoleRequest{RoleARN: "arn:aws:iam::1:role/größe R&D", ExternalID: "\"\\/<é😀\u007f>"},
			map[string]any{"ExternalId": "\"\\/<é😀\u007f>"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			theirs, ours := t.TempDir(), ssocache.Dir{CLI: t.TempDir()}
			c := awscred.Credentials{
				AccessKeyID: "ASIABOTO", SecretAccessKey: "s/+", SessionToken: "t=",
				Expiration: time.Date(2126, 11, 23, 1, 0, 0, 0, time.UTC), AccountID: "123456789012",
			}
			key := tc.role.Key()
			if err := ours.PutAssumedRole(key, c, "AROA:me", "arn:aws:sts::123456789012:assumed-role/r/me"); err != nil {
				t.Fatal(err)
			}
			answers := ask(t, python, fetch{tc.role.RoleARN, tc.extra, theirs}, fetch{tc.role.RoleARN, tc.extra, ours.CLI})
			for i, calls := range []float64{1, 0} {
				want := []any{key, "ASIABOTO", "123456789012", calls}
				if got, _ := json.Marshal(answers[i]); string(got) != marshal(want) {
					t.Errorf("botocore answers %s, want %s", got, marshal(want))
				}
			}
			want, err := os.ReadFile(filepath.Join(theirs, key+".json"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(ours.CLI, key+".json"))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("our file, then botocore's: %v\n%s\n%s", err, got, want)
			}
			if read, err := (ssocache.Dir{CLI: theirs}).Credentials(key); err != nil || read != c {
				t.Errorf("botocore's file is read as %+v, %v", read, err)
			}
		})
	}
}

func marshal(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func ask(t *testing.T, python string, questions ...fetch) [][]any {
	t.Helper()
	var in bytes.Buffer
	for _, q := range questions {
		in.WriteString(marshal(q) + "\n")
	}
	cmd := exec.Command(python, "testdata/botocore_role.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]any
	for line := range bytes.Lines(out) {
		var a []any
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers", len(answers))
	}
	return answers
}
