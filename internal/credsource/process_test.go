package credsource_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"latchkey/internal/awsconfig"
)

// TestMain is also the programs that profiles name.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "process" {
		answer(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

const plain = `{"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "s", "Unknown": {"a": [1]}}`

func answer(kind string) {
	switch kind {
	case "plain":
		fmt.Println(plain)
	case "full":
		fmt.Print(`{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-11-22T22:00:00+01:00","AccountId":"7"}`)
	case "chain":
		fmt.Printf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":"s"}`, os.Getenv("_AWS_CLI_PROFILE_CHAIN"))
	case "args":
		fmt.Printf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":"s"}`, strings.Join(os.Args[3:], "|"))
	case "fail":
		fmt.Print(plain)
		fmt.Fprintln(os.Stderr, "go away")
		os.Exit(3)
	case "long":
		fmt.Print(strings.Repeat(" ", 64<<10), plain)
	case "wait":
		signal.Ignore(syscall.SIGPIPE)
		fmt.Fprintln(os.Stderr, "waiting")
		select {}
	default:
		fmt.Print(strings.ReplaceAll(kind, "'", `"`))
	}
}

func program(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Quote(path)
}

func TestProcess(t *testing.T) {
	const ends = "'Version':1,'AccessKeyId':'canary-id','SecretAccessKey':'canary-secret'"
	for _, tc := range []struct{ args, want string }{
		{"plain", "PROCESS"},
		{"full", "PROCESS"},
		{`args a 'b c' "d\"e" f\ g '$HOME' ";"`, `a|b c|d"e|f g|$HOME|;`},
		{"fail", "ended with exit status 3"},
		{"long", "longer than 64 KiB"},
		{`""`, "not a JSON object"},
		{`"[]"`, "not a JSON object"},
		{`"null"`, "not a JSON object"},
		{`"{} {}"`, "not a JSON object"},
		{`"{` + ends + `"`, "not a JSON object"},
		{`"{'AccessKeyId':'canary-id','SecretAccessKey':'canary-secret'}"`, "does not have the Version 1"},
		{`"{'Version':'1','AccessKeyId':'canary-id','SecretAccessKey':'canary-secret'}"`, "does not have the Version 1"},
		{`"{'Version':2,'AccessKeyId':'canary-id','SecretAccessKey':'canary-secret'}"`, "does not have the Version 1"},
		{`"{'version':1,'AccessKeyId':'canary-id','SecretAccessKey':'canary-secret'}"`, "does not have the Version 1"},
		{`"{'Version':1,'AccessKeyId':'canary-id'}"`, "lacks AccessKeyId or SecretAccessKey"},
		{`"{'Version':1,'AccessKeyId':'canary-id','secretaccesskey':'canary-secret'}"`, "lacks AccessKeyId or SecretAccessKey"},
		{`"{` + ends + `,'Expiration':'soon'}"`, "not a time"},
		{`"{` + ends + `,'Expiration':7}"`, "not a time"},
		{`"{` + ends + `,'Expiration':'2026-11-22T20:00:00Z'}"`, "ended at"},
		{`"{` + ends + `,'Expiration':null}"`, "canary-id"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			w := newWorld(t, "[profile p]\ncredential_process = "+program(t)+" process "+tc.args+"\n", "")
			c, err := w.Credentials(t.Context(), "p")
			got := c.AccessKeyID
			if err != nil {
				got = err.Error()
			}
			if got != tc.want && (err == nil || !strings.Contains(got, tc.want)) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if err != nil && strings.Contains(got, "canary") {
				t.Errorf("the error shows the answer: %s", got)
			}
		})
	}
}

func TestProcessThatIsNone(t *testing.T) {
	for _, line := range []string{"", `"" x`, `'a`, `a\`, "/nonexistent/program"} {
		w := newWorld(t, "[profile p]\ncredential_process = "+line+"\n", "")
		if c, err := w.Credentials(t.Context(), "p"); err == nil {
			t.Errorf("%q gave %v", line, c)
		}
	}
}

func TestProcessSpeaks(t *testing.T) {
	var stderr bytes.Buffer
	w := newWorld(t, "[profile p]\ncredential_process = "+program(t)+" process fail\n", "")
	w.Stderr = &stderr
	if _, err := w.Credentials(t.Context(), "p"); err == nil || stderr.String() != "go away\n" {
		t.Errorf("%v, said %q", err, stderr.String())
	}
}

func TestProcessIsInterrupted(t *testing.T) {
	w := newWorld(t, "[profile p]\ncredential_process = "+program(t)+" process wait\n", "")
	ctx, cancel := context.WithCancel(t.Context())
	w.Stderr = writer(func([]byte) { cancel() }) // as soon as it runs
	if _, err := w.Credentials(ctx, "p"); err == nil || ctx.Err() == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("err = %v", err)
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func TestChain(t *testing.T) {
	for _, tc := range []struct{ chain, profile, want string }{
		{"", "p", "p"},
		{"foo,bar", "p", "foo,bar,p"},
		{`"a,b",c`, "p", `"a,b",c,p`},
		{`"a,p",c`, "p", `"a,p",c,p`},
		{"", "a,b", `"a,b"`},
		{"", `q"q`, `"q""q"`},
		{"p", "p", "infinite loop, profile cycle: p -> p"},
		{"foo,bar,baz", "bar", "infinite loop, profile cycle: foo -> bar -> baz -> bar"},
		{`"a,b"`, "a,b", "infinite loop"},
		{"b,c,d,e", "p", "maximum recursive credential process resolution reached (4), profiles seen: b -> c -> d -> e"},
	} {
		w := newWorld(t, "", "")
		cfg, err := awsconfig.Parse(awsconfig.Paths{}, "", "["+tc.profile+"]\ncredential_process = "+program(t)+" process chain\n")
		if err != nil {
			t.Fatal(err)
		}
		w.Config, w.Named = cfg, true
		maps.Copy(w.env, map[string]string{"_AWS_CLI_PROFILE_CHAIN": tc.chain})
		c, err := w.Credentials(t.Context(), tc.profile)
		got := c.AccessKeyID
		if err != nil {
			got = err.Error()
		}
		if got != tc.want && (err == nil || !strings.Contains(got, tc.want)) {
			t.Errorf("%s after %q: got %q, want %q", tc.profile, tc.chain, got, tc.want)
		}
	}
}
