package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// Eight processes at a time replace one file while botocore reads it.
func TestBotocoreReadsNothingTorn(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	p := newPortal(t)
	p.answer()
	p.tokens, p.credentials = time.Minute, time.Minute // too short to be kept: each process writes both
	u := newUser(t, p)
	u.configure(t, sessionSection+profileSection("dev", role))
	u.token(t, -time.Hour)
	u.roleCredentials(t, role, -time.Hour)
	for _, tt := range []struct{ name, dir, key string }{
		{"token", u.cache().SSO, ssocache.TokenKey(startURL, corp)},
		{"role credentials", u.cache().CLI, roleKey(role)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			written := u.keepRunning(t, 8, export("dev"))
			var got struct{ Reads, Torn, Values int }
			out, err := exec.Command(python, "testdata/read.py", tt.dir, tt.key, strconv.Itoa(size(1000, 100_000)), "8").Output()
			must(t, err)
			must(t, json.Unmarshal(out, &got))
			t.Logf("%d reads of %d values, %d torn, while %d processes wrote", got.Reads, got.Values, got.Torn, written())
			if got.Torn != 0 {
				t.Errorf("%d of %d reads were torn", got.Torn, got.Reads)
			}
		})
	}
}

// keepRunning runs the command in n processes at a time until stop is called,
// which returns how many there were.
func (u user) keepRunning(t *testing.T, n int, args []string) (stop func() int64) {
	var stopped atomic.Bool
	var ran atomic.Int64
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for !stopped.Load() {
				if o := u.run(args...); o.code != 0 || o.err != "" {
					t.Errorf("exit %d: %s", o.code, o.err)
					return
				}
				ran.Add(1)
			}
		})
	}
	return func() int64 {
		stopped.Store(true)
		all.Wait()
		return ran.Load()
	}
}

// Another program writes the files in place, without a pause, so that most
// moments are between its truncation and its last byte. A miss is allowed,
// nothing else.
func TestNothingWrongIsReadOfWhatIsWrittenInPlace(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	u := newUser(t, newPortal(t))
	u.token(t, time.Hour)
	u.roleCredentials(t, role, time.Hour)
	tokenKey := ssocache.TokenKey(startURL, corp)
	writeInPlace(t, python, u.cache().CLI, roleKey(role), 0)
	writeInPlace(t, python, u.cache().SSO, tokenKey, 0)
	for name, read := range map[string]func() (bool, error){
		"role credentials": func() (bool, error) {
			c, err := u.cache().Credentials(roleKey(role))
			return wholeCredentials(c), err
		},
		"token": func() (bool, error) {
			k, err := u.cache().Token(tokenKey)
			return wholeToken(k), err
		},
	} {
		t.Run(name, func(t *testing.T) { countReads(t, size(300, 100_000), read) })
	}
}

func wholeCredentials(c awscred.Credentials) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(c.AccessKeyID, "ASIA"))
	return err == nil && c == credentials(n, c.Expiration)
}

func wholeToken(k ssocache.Token) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(k.RefreshToken.Reveal(), "refresh-"))
	return err == nil && k.AccessToken.Reveal() == accessToken(n) && k.ClientID == clientID
}

// countReads reads in many goroutines, since each that meets half a file waits
// a while.
func countReads(t *testing.T, n int, read func() (whole bool, err error)) {
	const readers = 50
	var left, misses, wrong, failed atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				switch whole, err := read(); {
				case errors.Is(err, ssocache.ErrNotFound):
					misses.Add(1)
				case err != nil:
					failed.Add(1)
					t.Log(err)
				case !whole:
					wrong.Add(1)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d reads: %d misses, %d wrong, %d failed", n, misses.Load(), wrong.Load(), failed.Load())
	if wrong.Load() > 0 || failed.Load() > 0 || misses.Load() == int64(n) {
		t.Errorf("%d of %d reads were wrong, %d failed, %d missed", wrong.Load(), n, failed.Load(), misses.Load())
	}
}

// Whole processes fetch new credentials on a miss, which the other program
// overwrites. It pauses between tokens: a token that is never whole is no token.
func TestProcessesBesideOneThatWritesInPlace(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	p := newPortal(t)
	p.answer()
	u := newUser(t, p)
	u.configure(t, sessionSection+profileSection("dev", role))
	u.token(t, time.Hour)
	u.roleCredentials(t, role, time.Hour)
	writeInPlace(t, python, u.cache().CLI, roleKey(role), 0)
	writeInPlace(t, python, u.cache().SSO, ssocache.TokenKey(startURL, corp), 5*time.Millisecond)

	n := size(40, 2000)
	slots := make(chan struct{}, 8)
	var all sync.WaitGroup
	for range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			o := u.run(export("dev")...)
			if c, err := printed(o.out); err != nil || o.code != 0 || !wholeCredentials(c) {
				t.Errorf("exit %d, %v: %q, %s", o.code, err, o.out, o.err)
			}
		})
	}
	all.Wait()
	t.Logf("%d processes, %d of which had to fetch", n, p.counted("/federation/credentials"))
}

// printed reads what export-credentials prints.
func printed(out string) (awscred.Credentials, error) {
	var c struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      time.Time
	}
	err := json.Unmarshal([]byte(out), &c)
	return awscred.Credentials{
		AccessKeyID: c.AccessKeyID, SecretAccessKey: awscred.Secret(c.SecretAccessKey),
		SessionToken: awscred.Secret(c.SessionToken), Expiration: c.Expiration, AccountID: account,
	}, err
}

// A config that another program is writing in place is read whole, and an edit
// of it loses nothing.
func TestConfigWrittenInPlace(t *testing.T) {
	u := newUser(t, newPortal(t))
	u.configure(t, commented())
	start(t, testneed.Program(t, "python3"), "testdata/write_config.py", u.configFile())
	for range size(5, 100) {
		if o := u.run(editors["configure set"]("old-3")...); o.code != 0 {
			t.Errorf("exit %d: %s", o.code, o.err)
		}
	}
	var wrong atomic.Int64
	var all sync.WaitGroup
	n := size(200, 10_000)
	for range 20 {
		all.Go(func() {
			for range n / 20 {
				c, err := awsconfig.Load(awsconfig.Paths{Config: u.configFile()})
				if err != nil || len(c.Profiles()) != 10 {
					wrong.Add(1)
				}
			}
		})
	}
	all.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d of %d reads were not of the whole file", wrong.Load(), n)
	}
}

// writeInPlace starts the other program and stops it with the test.
func writeInPlace(t *testing.T, python, dir, key string, pause time.Duration) {
	t.Helper()
	start(t, python, "testdata/write.py", dir, key, fmt.Sprint(pause.Seconds()))
}

// start starts a program that says so, and stops it with the test.
func start(t *testing.T, argv ...string) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "started\n" {
		t.Fatalf("the writer said %q, %v", line, err)
	}
}
