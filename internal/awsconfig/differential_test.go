package awsconfig_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awsconfig"
	"latchkey/internal/testneed"
)

// listed are parts of the reasons for which files are refused here that botocore reads.
// There is no difference the other way round.
var listed = []string{
	// Python takes it for a line end; editors and other AWS clients do not.
	"the line has a carriage return in its middle",
	// botocore looks at such a block only when a section inherits it.
	`in [DEFAULT], a line has no "="`,
}

// TestBotocore compares what is read here with what botocore reads, for files
// that are generated and for files that were then edited. The number of files is
// taken from LATCHKEY_TEST_DIFFERENTIAL.
func TestBotocore(t *testing.T) {
	python := testneed.PythonModule(t, "botocore")
	n := 20_000
	if text := os.Getenv("LATCHKEY_TEST_DIFFERENTIAL"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n /= 10
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("LATCHKEY_TEST_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	start := time.Now()
	oracle := exec.Command(python, "testdata/oracle.py")
	oracle.Stderr = os.Stderr
	in, err := oracle.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := oracle.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := oracle.Start(); err != nil {
		t.Fatal(err)
	}
	go ask(in, newGenerator(seed), n)
	tally := compareAll(t, bufio.NewReader(out), newGenerator(seed), n)
	if err := oracle.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("seed %d: %d files, %d read alike, %d refused by both, %d listed differences; %.0f files a second",
		seed, n, tally.same, tally.refused, tally.listed, float64(n)/time.Since(start).Seconds())
}

// question returns the next two files, the first perhaps after an edit.
func question(g *generator) (config, credentials string) {
	config = g.file()
	if g.oneIn(2) {
		for range 3 {
			if text, err := awsconfig.Edited("config", config, g.edit()); err == nil {
				config = text
			}
		}
	}
	if g.oneIn(4) {
		credentials = g.file()
	}
	return config, credentials
}

func ask(w io.WriteCloser, g *generator, n int) {
	defer w.Close()
	b := bufio.NewWriter(w)
	defer b.Flush()
	for range n {
		config, credentials := question(g)
		for _, text := range []string{config, credentials} {
			b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
			b.WriteString(text)
		}
	}
}

type tally struct{ same, refused, listed int }

// compareAll reads the oracle's answers and asks ours of the same files again.
func compareAll(t *testing.T, r io.Reader, g *generator, n int) tally {
	t.Helper()
	var all tally
	wrong := 0
	for range n {
		theirs, err := readText(r)
		if err != nil {
			t.Fatal(err)
		}
		config, credentials := question(g)
		ours, err := read(config, credentials)
		refused := strings.HasPrefix(theirs, "!")
		switch {
		case err != nil && refused:
			all.refused++
		case err != nil && isListed(err):
			all.listed++
		case err == nil && ours == theirs:
			all.same++
		default:
			t.Errorf("config %q\ncredentials %q\nhere: %q, %v\nbotocore: %q", config, credentials, ours, err, theirs)
			if wrong++; wrong == 3 {
				t.FailNow()
			}
		}
	}
	return all
}

func isListed(err error) bool {
	e, ok := errors.AsType[*awsconfig.SyntaxError](err)
	if !ok {
		return false
	}
	for _, reason := range listed {
		if strings.Contains(e.Reason, reason) {
			return true
		}
	}
	return false
}

func readText(r io.Reader) (string, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return "", err
	}
	text := make([]byte, binary.BigEndian.Uint32(length[:]))
	_, err := io.ReadFull(r, text)
	return string(text), err
}

// read returns what the two files say in the oracle's form.
func read(config, credentials string) (string, error) {
	c, err := awsconfig.Parse(awsconfig.Paths{Config: "config", Credentials: "credentials"}, config, credentials)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range c.Profiles() {
		p, _ := c.Profile(name)
		fields(&b, "profile", name, p.Values)
	}
	for _, name := range c.SSOSessions() {
		s, _ := c.SSOSession(name)
		fields(&b, "sso-session", name, s)
	}
	for _, name := range c.ServicesSections() {
		s, _ := c.Services(name)
		fields(&b, "services", name, s)
	}
	return b.String(), nil
}

func fields(b *strings.Builder, kind, name string, s awsconfig.Section) {
	put := func(fields ...string) {
		for _, f := range fields {
			b.WriteString(f + "\x00")
		}
	}
	put(kind, name)
	for _, key := range s.Keys() {
		put(key)
		if value, ok := s.Get(key); ok {
			put(value)
			continue
		}
		put("{")
		for _, sub := range s.NestedKeys(key) {
			value, _ := s.Nested(key, sub)
			put(sub, value)
		}
		put("}")
	}
}
