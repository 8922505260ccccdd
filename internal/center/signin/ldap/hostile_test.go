package ldap_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
)

// tlv is one element in the encoding of LDAP, of at most 127 bytes.
func tlv(tag byte, content ...[]byte) []byte {
	all := bytes.Join(content, nil)
	return append([]byte{tag, byte(len(all))}, all...)
}

func result(operation, code byte, diagnosis string) []byte {
	return tlv(operation, tlv(0x0a, []byte{code}), tlv(4), tlv(4, []byte(diagnosis)))
}

func message(id byte, operation []byte) []byte { return tlv(0x30, tlv(2, []byte{id}), operation) }

const (
	bindAnswer   = 0x61
	searchEntry  = 0x64
	searchDone   = 0x65
	extendedDone = 0x78
)

func entry(dn, attribute, value string) []byte {
	return tlv(searchEntry, tlv(4, []byte(dn)), tlv(0x30, tlv(0x30, tlv(4, []byte(attribute)), tlv(0x31, tlv(4, []byte(value))))))
}

// responder is a server that answers the nth message of a connection with the
// nth answer, and remembers what it got.
type responder struct {
	answers [][]byte
	mu      sync.Mutex
	heard   bytes.Buffer
}

func (r *responder) listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go r.serve(conn)
		}
	}()
	return l.Addr().String()
}

func (r *responder) serve(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 4096)
	for _, answer := range r.answers {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.heard.Write(buffer[:n])
		r.mu.Unlock()
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
	_, _ = io.Copy(io.Discard, conn)
}

func (r *responder) heardAny(secret string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Contains(r.heard.Bytes(), []byte(secret))
}

func hostileConfig(t *testing.T, address string) ldap.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "word")
	if err := os.WriteFile(file, []byte("service secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	return ldap.Config{
		Name: "corp", URL: "ldap://" + address, Plain: true, BaseDN: base, BindDN: "cn=center", BindPasswordFile: file,
		Timeout: 500 * time.Millisecond,
	}
}

// Whatever a server sends, nobody is let in and the center goes on.
func TestMalformedAnswers(t *testing.T) {
	bound := message(1, result(bindAnswer, 0, ""))
	// The service account is bound by then; this is the answer to the search.
	searched := func(parts ...[]byte) [][]byte { return [][]byte{bound, bytes.Join(parts, nil)} }
	done := message(2, result(searchDone, 0, ""))
	good := message(2, entry("uid=alice,"+base, "uid", "alice"))
	for name, answers := range map[string][][]byte{
		"nothing":                    {{}},
		"silence":                    {},
		"not LDAP":                   {[]byte("HTTP/1.1 400 Bad Request\r\n\r\n")},
		"a length of 2 GiB":          {{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 1}},
		"an endless string":          {append([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 4, 0x84, 0x7f, 0, 0, 0}, make([]byte, 5<<20)...)},
		"nested without end":         {bytes.Repeat([]byte{0x30, 0x80}, 100_000)},
		"answer to another":          {message(9, result(bindAnswer, 0, ""))},
		"success of something else":  {message(1, result(searchDone, 0, ""))},
		"no result":                  {message(1, tlv(bindAnswer))},
		"result is a string":         {message(1, tlv(bindAnswer, tlv(4, []byte("0")), tlv(4), tlv(4)))},
		"negative result":            {message(1, tlv(bindAnswer, tlv(0x0a, []byte{0xff}), tlv(4), tlv(4)))},
		"search without end":         searched(good),
		"more than it may":           searched(bytes.Repeat(message(2, entry("uid=x,"+base, "uid", strings.Repeat("x", 60))), 60_000)),
		"nobody's name":              searched(message(2, entry("", "uid", "alice")), done),
		"another's entry":            searched(message(2, entry("uid=bob,"+base, "uid", "bob")), done),
		"two":                        searched(good, good, done),
		"entry without attributes":   searched(message(2, tlv(searchEntry, tlv(4, []byte("uid=alice")))), done),
		"search refused":             searched(message(2, result(searchDone, 50, "no"))),
		"referral":                   searched(message(2, tlv(0x73, tlv(4, []byte("ldap://127.0.0.1:1/")))), done),
		"referral, and nobody":       searched(message(2, result(searchDone, 10, ""))),
		"person's bind without code": {bytes.Replace(bound, []byte{bindAnswer}, []byte{0x60}, 1)},
	} {
		r := &responder{answers: answers}
		who, err := method(t, hostileConfig(t, r.listen(t))).Authenticate(context.Background(), "alice", word)
		if err == nil || who.ID != "" {
			t.Errorf("%s: signed in as %+v", name, who)
		}
		if err != nil && (strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "service secret") || len(err.Error()) > 1000) {
			t.Errorf("%s: %.2000v", name, err)
		}
	}
}

// A server that accepts every bind still cannot say that alice is somebody
// else, or nobody, or that she is without end.
func TestAcceptingServer(t *testing.T) {
	bound := message(1, result(bindAnswer, 0, ""))
	for name, tt := range map[string]struct {
		dn, uid, more string
		ok            bool
	}{
		"the truth":            {"uid=alice," + base, "alice", "", true},
		"1 MiB more":           {"uid=alice," + base, "alice", strings.Repeat("x", 1<<20), true},
		"5 MiB more":           {"uid=alice," + base, "alice", strings.Repeat("x", 5<<20), false},
		"no name":              {"", "alice", "", false},
		"another's entry":      {"uid=bob," + base, "bob", "", false},
		"spelt in another way": {"uid=alice," + base, "ａｌｉｃｅ", "", false},
	} {
		found := long(0x30, tlv(2, []byte{2}), long(searchEntry, tlv(4, []byte(tt.dn)), long(0x30,
			attribute("uid", tt.uid), attribute("entryUUID", "1-2"), attribute("mail", tt.more))))
		r := &sequence{first: [][]byte{bound, append(found, message(2, result(searchDone, 0, ""))...)}, then: [][]byte{bound}}
		c := hostileConfig(t, r.listen(t))
		c.Timeout = 10 * time.Second
		who, err := method(t, c).Authenticate(context.Background(), "alice", word)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func attribute(name, value string) []byte {
	return long(0x30, tlv(4, []byte(name)), long(0x31, long(4, []byte(value))))
}

// long is tlv for content of any length.
func long(tag byte, content ...[]byte) []byte {
	all := bytes.Join(content, nil)
	n := len(all)
	return append([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, all...)
}

// Somebody on the way who takes StartTLS out gets no password.
func TestStartTLSStripped(t *testing.T) {
	for name, answer := range map[string][]byte{
		"refused":     message(1, result(extendedDone, 2, "unsupported extended operation")),
		"other":       message(1, result(bindAnswer, 0, "")),
		"no TLS":      append(message(1, result(extendedDone, 0, "")), message(2, result(bindAnswer, 0, ""))...),
		"unavailable": message(1, result(extendedDone, 52, "")),
	} {
		r := &responder{answers: [][]byte{answer, message(2, result(bindAnswer, 0, "")), message(3, result(searchDone, 0, ""))}}
		c := hostileConfig(t, r.listen(t))
		c.Plain, c.StartTLS = false, true
		_, err := method(t, c).Authenticate(context.Background(), "alice", word)
		if err == nil || errors.Is(err, signin.ErrWrongPassword) || r.heardAny("service secret") || r.heardAny(word) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A slow directory keeps a person waiting for the time that it has and no
// longer, and one who has gone away for no time at all.
func TestSlow(t *testing.T) {
	r := &responder{answers: [][]byte{{}}}
	c := hostileConfig(t, r.listen(t))
	start := time.Now()
	if _, err := method(t, c).Authenticate(context.Background(), "alice", word); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	c.Timeout = time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := method(t, c).Authenticate(ctx, "alice", word); err == nil {
		t.Error("signed in")
	}
}

// What Active Directory says, to whom: the codes of its documentation, also
// those that the domain controller of other tests does not give.
func TestCodes(t *testing.T) {
	found := append(message(2, entry("uid=alice,"+base, "uid", "alice")), message(2, result(searchDone, 0, ""))...)
	for code, want := range map[string]string{
		"525": "", "52e": "", "52E": "", "775": "", "0": "", "568": "", "530": "time of day", "531": "certain computers",
		"532": "expired", "533": "disabled", "701": "account has expired", "773": "must be changed",
	} {
		denied := message(1, result(bindAnswer, 49, "80090308: LdapErr: DSID-0C090, comment: AcceptSecurityContext error, data "+code+", v"))
		r := &sequence{first: [][]byte{message(1, result(bindAnswer, 0, "")), found}, then: [][]byte{denied}}
		_, err := method(t, hostileConfig(t, r.listen(t))).Authenticate(context.Background(), "alice", word)
		refused, ok := errors.AsType[*signin.RefusedError](err)
		switch {
		case want == "" && !errors.Is(err, signin.ErrWrongPassword):
			t.Errorf("%s: %v, want a wrong password", code, err)
		case want != "" && (!ok || !strings.Contains(refused.Message, want)):
			t.Errorf("%s: %v, want a refusal with %q", code, err, want)
		}
	}
}

// sequence answers its first connection in one way and later ones in another.
type sequence struct{ first, then [][]byte }

func (s *sequence) listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		answers := s.first
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go (&responder{answers: answers}).serve(conn)
			answers = s.then
		}
	}()
	return l.Addr().String()
}
