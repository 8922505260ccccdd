// Package ldaptest runs OpenLDAP's server for tests: the one of the machine,
// with a database, certificates and people of its own.
package ldaptest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testneed"
)

// BaseDN is the suffix of every server's database.
const BaseDN = "dc=example,dc=com"

// Server is an slapd on 127.0.0.1 that answers ldap, with StartTLS, and ldaps.
type Server struct {
	URL, PlainURL string // ldaps://127.0.0.1:PORT, ldap://127.0.0.1:PORT
	CAFile        string
	BindDN        string // may read everything but passwords; nobody else may read at all
	PasswordFile  string

	t       testing.TB
	dir     string
	process *exec.Cmd
}

// Options of a server that is not as it should be.
type Options struct {
	Expires time.Time // of its certificate; default: an hour from now
	NoTLS   bool
}

// Start runs a server with the entries of ldif, beside those of this package,
// until t ends. Tests are skipped where there is no slapd.
func Start(t testing.TB, ldif string, o Options) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), BindDN: "cn=center," + BaseDN}
	s.CAFile, s.PasswordFile = s.path("ca.pem"), s.path("word")
	s.write("word", "the center's own\n")
	s.certify(o.Expires)
	s.write("slapd.conf", s.config(o.NoTLS))
	s.write("people.ldif", tree+ldif)
	if err := os.Mkdir(s.path("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	load := exec.Command(slapd(t), "-T", "add", "-f", s.path("slapd.conf"), "-l", s.path("people.ldif"))
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("slapadd: %v\n%s", err, out)
	}
	s.PlainURL, s.URL = "ldap://"+freeAddress(t), "ldaps://"+freeAddress(t)
	s.Run()
	t.Cleanup(s.Stop)
	return s
}

// slapd is outside the PATH of those who are not root.
func slapd(t testing.TB) string {
	const usual = "/usr/sbin/slapd"
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	return testneed.Program(t, "slapd")
}

func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) certify(expires time.Time) {
	s.t.Helper()
	if expires.IsZero() {
		expires = time.Now().Add(time.Hour)
	}
	ca := NewCA(s.t)
	cert, key := ca.Issue(s.t, expires, "127.0.0.1")
	s.write("ca.pem", ca.PEM)
	s.write("cert.pem", cert)
	s.write("key.pem", key)
}

func (s *Server) config(noTLS bool) string {
	secure := fmt.Sprintf("TLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCACertificateFile %s\n",
		s.path("cert.pem"), s.path("key.pem"), s.path("ca.pem"))
	if noTLS {
		secure = ""
	}
	return strings.NewReplacer("TLS", secure, "DIR", s.dir, "BASE", BaseDN).Replace(slapdConf)
}

// Run starts the server, at first or again, and waits until it listens.
func (s *Server) Run() {
	s.t.Helper()
	s.process = exec.Command(slapd(s.t), "-f", s.path("slapd.conf"), "-h", s.PlainURL+"/ "+s.URL+"/", "-d", "0")
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	if !Await(strings.TrimPrefix(s.PlainURL, "ldap://"), 30*time.Second) {
		text, _ := os.ReadFile(s.path("log"))
		s.t.Fatalf("slapd does not listen:\n%s", text)
	}
}

// Await connects to address until somebody listens there.
func Await(address string, atMost time.Duration) bool {
	deadline, retry := time.After(atMost), time.NewTicker(20*time.Millisecond)
	defer retry.Stop()
	for {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close() // it was only to see that it opens
			return true
		}
		select {
		case <-deadline:
			return false
		case <-retry.C:
		}
	}
}

// Stop ends the server; its data stays for Run.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(os.Interrupt) // it may have ended
	_ = s.process.Wait()                       // says only how it was ended
	s.process = nil
}

const slapdConf = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile DIR/pid
TLS
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=center,BASE" read by anonymous auth by * none
database mdb
suffix BASE
directory DIR/data
maxsize 16777216
overlay ppolicy
ppolicy_default cn=policy,BASE
ppolicy_use_lockout
`

const tree = `dn: dc=example,dc=com
objectClass: domain
dc: example

dn: cn=policy,dc=example,dc=com
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 100
pwdMustChange: TRUE

dn: cn=center,dc=example,dc=com
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: center
userPassword: the center's own

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

`

// Person is the entry of somebody below ou=people. more are further lines.
func Person(name, password string, more ...string) string {
	return fmt.Sprintf("dn: uid=%[1]s,ou=people,%[3]s\nobjectClass: inetOrgPerson\nuid: %[1]s\ncn: %[1]s\nsn: %[1]s\n"+
		"mail: %[1]s@example.com\nuserPassword: %[2]s\n%[4]s\n\n", name, password, BaseDN, strings.Join(more, "\n"))
}

// Group is the entry of a group below ou=groups. Members are whole names.
func Group(name string, members ...string) string {
	return fmt.Sprintf("dn: cn=%[1]s,ou=groups,%[2]s\nobjectClass: groupOfNames\ncn: %[1]s\nmember: %[3]s\n\n",
		name, BaseDN, strings.Join(members, "\nmember: "))
}
