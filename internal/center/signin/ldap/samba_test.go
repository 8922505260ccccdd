package ldap_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	protocol "github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
	"latchkey/internal/center/signin/ldap/ldaptest"
	"latchkey/internal/testneed"
)

const (
	adBase  = "DC=ad,DC=example,DC=com"
	adUsers = "CN=Users," + adBase
	adWord  = "Us3r-Passw0rd!"
	adAdmin = "Adm1n-Passw0rd!"
)

// domain is Samba's Active Directory domain controller.
type domain struct {
	t       *testing.T
	dir     string
	address string
	admin   *protocol.Conn
}

// startDomain needs ports 389 and 636, for which it takes a loopback address
// that nobody else uses.
func startDomain(t *testing.T) *domain {
	t.Helper()
	testneed.Check(t, os.Getuid() == 0, "only root can run a domain controller")
	tool, samba := testneed.Program(t, "samba-tool"), testneed.Program(t, "samba")
	pid := os.Getpid()
	d := &domain{t: t, dir: t.TempDir(), address: fmt.Sprintf("127.%d.%d.81", 50+pid>>8&63, pid&255)}
	options := d.options()
	provision := exec.Command(tool, append([]string{"domain", "provision", "--targetdir=" + d.dir, "--realm=AD.EXAMPLE.COM",
		"--domain=EXAMPLE", "--server-role=dc", "--dns-backend=NONE", "--adminpass=" + adAdmin, "--host-name=dc1", "--host-ip=" + d.address}, options...)...)
	if out, err := provision.CombinedOutput(); err != nil {
		t.Fatalf("samba-tool domain provision: %v\n%s", err, out)
	}
	d.certify()
	d.run(samba, append(options, "--option=server services=ldap", "-s", filepath.Join(d.dir, "etc/smb.conf"),
		"--foreground", "--no-process-group", "-M", "single"))
	d.connect()
	return d
}

func (d *domain) options() []string {
	var options []string
	for _, o := range []string{
		"interfaces=" + d.address + "/8", "bind interfaces only=yes", "log file=" + d.dir + "/log", "pid directory=" + d.dir,
		"ncalrpc dir=" + d.dir + "/ncalrpc", "tls certfile=" + d.dir + "/cert.pem", "tls keyfile=" + d.dir + "/key.pem", "tls cafile=" + d.dir + "/ca.pem",
	} {
		options = append(options, "--option="+o)
	}
	return options
}

func (d *domain) certify() {
	ca := ldaptest.NewCA(d.t)
	cert, key := ca.Issue(d.t, time.Now().Add(time.Hour), d.address)
	for name, text := range map[string]string{"ca.pem": ca.PEM, "cert.pem": cert, "key.pem": key, "word": adAdmin} {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *domain) run(samba string, args []string) {
	d.t.Helper()
	process := exec.Command(samba, args...)
	var log strings.Builder
	process.Stdout, process.Stderr = &log, &log
	if err := process.Start(); err != nil {
		d.t.Fatal(err)
	}
	listens := ldaptest.Await(d.address+":636", time.Minute)
	d.t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		if d.t.Failed() {
			d.t.Log(log.String())
		}
	})
	if !listens {
		d.t.Fatal("samba does not listen")
	}
}

// connect is the administrator's own connection, which fills the domain.
func (d *domain) connect() {
	d.t.Helper()
	pem, err := os.ReadFile(filepath.Join(d.dir, "ca.pem"))
	if err != nil {
		d.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	d.admin, err = protocol.DialURL("ldaps://"+d.address, protocol.DialWithTLSConfig(&tls.Config{RootCAs: pool}))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { d.admin.Close() })
	if err := d.admin.Bind("Administrator@ad.example.com", adAdmin); err != nil {
		d.t.Fatal(err)
	}
	d.set(adBase, map[string]string{"lockoutThreshold": "3"})
}

func (d *domain) set(dn string, attributes map[string]string) {
	d.t.Helper()
	change := protocol.NewModifyRequest(dn, nil)
	for name, value := range attributes {
		change.Replace(name, []string{value})
	}
	if err := d.admin.Modify(change); err != nil {
		d.t.Fatalf("%s: %v", dn, err)
	}
}

const (
	normal      = 0x200
	disabled    = 0x2
	noExpiry    = 0x10000
	noPassword  = 0x20
	usualPerson = normal | noExpiry
)

// add makes somebody with adWord.
func (d *domain) add(name string, flags int, attributes map[string]string) {
	d.t.Helper()
	dn := "CN=" + name + "," + adUsers
	entry := protocol.NewAddRequest(dn, nil)
	for attribute, value := range map[string]string{
		"objectClass": "user", "sAMAccountName": name, "userPrincipalName": name + ".of@ad.example.com", "mail": name + "@example.com",
		"userAccountControl": fmt.Sprint(normal | disabled | noPassword), "unicodePwd": quotedUTF16(adWord),
	} {
		entry.Attribute(attribute, []string{value})
	}
	if err := d.admin.Add(entry); err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	d.set(dn, map[string]string{"userAccountControl": fmt.Sprint(flags)})
	if len(attributes) > 0 {
		d.set(dn, attributes)
	}
}

// quotedUTF16 is how Active Directory takes a password.
func quotedUTF16(word string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(`"` + word + `"`)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

// age makes somebody's password years old, in the database itself: nobody can
// do that over LDAP. Samba's programs come with this module of Python's.
func (d *domain) age(name string) {
	d.t.Helper()
	const script = `import ldb, sys
db = ldb.Ldb(sys.argv[1])
m = ldb.Message(ldb.Dn(db, sys.argv[2]))
m["pwdLastSet"] = ldb.MessageElement("125911584000000000", ldb.FLAG_MOD_REPLACE, "pwdLastSet")
db.modify(m)`
	partition := filepath.Join(d.dir, "private/sam.ldb.d", strings.ToUpper(adBase)+".ldb")
	if out, err := exec.Command("/usr/bin/python3", "-c", script, partition, "CN="+name+","+adUsers).CombinedOutput(); err != nil {
		d.t.Fatalf("age of a password: %v\n%s", err, out)
	}
}

func (d *domain) group(name, member string) {
	d.t.Helper()
	entry := protocol.NewAddRequest("CN="+name+","+adUsers, nil)
	entry.Attribute("objectClass", []string{"group"})
	entry.Attribute("sAMAccountName", []string{name})
	entry.Attribute("member", []string{member})
	if err := d.admin.Add(entry); err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
}

func (d *domain) config() ldap.Config {
	return ldap.Config{
		Name: "ad", Preset: "active-directory", URL: "ldaps://" + d.address, CAFile: filepath.Join(d.dir, "ca.pem"),
		BindDN: "CN=Administrator," + adUsers, BindPasswordFile: filepath.Join(d.dir, "word"), BaseDN: adBase, Timeout: time.Minute,
		Groups: ldap.Groups{Nested: true, Map: map[string]string{"cn=dev," + adUsers: "developers", "cn=backend," + adUsers: "backend"}},
	}
}

// guidOf asks for the name that a GUID has in this syntax: Windows' tools show
// objects by it.
func (d *domain) guidOf(id string) string {
	d.t.Helper()
	result, err := d.admin.Search(protocol.NewSearchRequest("<GUID="+id+">", protocol.ScopeBaseObject, 0, 1, 5, false,
		"(objectClass=*)", []string{"sAMAccountName"}, nil))
	if err != nil || len(result.Entries) != 1 {
		d.t.Fatalf("GUID %s: %v", id, err)
	}
	return result.Entries[0].GetAttributeValue("sAMAccountName")
}

func TestActiveDirectory(t *testing.T) {
	d := startDomain(t)
	d.add("alice", usualPerson, nil)
	d.group("backend", "CN=alice,"+adUsers)
	d.group("dev", "CN=backend,"+adUsers)
	t.Run("sign-in", d.testSignIn)
	t.Run("states of accounts", d.testStates)
	t.Run("wrong password", d.testWrong)
	t.Run("locked", d.testLocked)
}

func (d *domain) testSignIn(t *testing.T) {
	startTLS, direct := d.config(), d.config()
	startTLS.URL, startTLS.StartTLS = "ldap://"+d.address, true
	direct.Groups.Nested = false
	for _, tt := range []struct {
		name, as string
		config   ldap.Config
		groups   []string
	}{
		{"sAMAccountName", "Alice", d.config(), []string{"backend", "developers"}},
		{"userPrincipalName", "ALICE.of@ad.example.com", d.config(), []string{"backend", "developers"}},
		{"StartTLS", "alice", startTLS, []string{"backend", "developers"}},
		{"groups that are not nested", "alice", direct, []string{"backend"}},
	} {
		got, err := signIn(method(t, tt.config), tt.as, adWord)
		want := signin.Identity{Method: "ad", ID: got.ID, Name: "alice", Email: "alice@example.com", Groups: tt.groups}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, diff)
			continue
		}
		if who := d.guidOf(got.ID); who != "alice" {
			t.Errorf("%s: %s is the GUID of %s", tt.name, got.ID, who)
		}
	}
}

func (d *domain) testStates(t *testing.T) {
	d.add("off", usualPerson|disabled, nil)
	d.add("late", normal, nil)
	d.age("late")
	d.add("gone", usualPerson, map[string]string{"accountExpires": "116444736000000000"})
	d.add("reset", normal, map[string]string{"pwdLastSet": "0"})
	d.add("night", usualPerson, map[string]string{"logonHours": strings.Repeat("\x00", 21)})
	m := method(t, d.config())
	for name, want := range map[string]string{
		"off": "disabled", "late": "password has expired", "gone": "account has expired", "reset": "must be changed", "night": "time of day",
	} {
		_, err := signIn(m, name, adWord)
		refused, ok := errors.AsType[*signin.RefusedError](err)
		if !ok || !strings.Contains(refused.Message, want) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, want)
		}
		if _, err := signIn(m, name, "wrong"); !errors.Is(err, signin.ErrWrongPassword) {
			t.Errorf("%s with a wrong password: %v", name, err)
		}
	}
}

func (d *domain) testWrong(t *testing.T) {
	m := method(t, d.config())
	for _, try := range [][2]string{
		{"alice", ""}, {"alice", " "}, {"alice", "\x00"}, {"alice", adWord + "\x00"}, {"nobody", adWord}, {"*", adWord}, {"al*", adWord},
		{"alice)(cn=*", adWord}, {"EXAMPLE\\alice", adWord}, {"CN=alice," + adUsers, adWord}, {"alice@ad.example.com", adWord},
		{"dev", adWord}, {"DC1$", adWord}, {"krbtgt", adWord}, {"Guest", adWord},
	} {
		if who, err := signIn(m, try[0], try[1]); !errors.Is(err, signin.ErrWrongPassword) {
			t.Errorf("%q with %q: %+v, %v", try[0], try[1], who, err)
		}
	}
}

// A stranger must not learn who is locked out: Active Directory says it to any
// password.
func (d *domain) testLocked(t *testing.T) {
	d.add("victim", usualPerson, nil)
	m := method(t, d.config())
	if _, err := signIn(m, "victim", adWord); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, _ = m.Authenticate(context.Background(), "victim", "wrong")
	}
	for _, password := range []string{adWord, "wrong"} {
		if _, err := signIn(m, "victim", password); !errors.Is(err, signin.ErrWrongPassword) || !strings.Contains(err.Error(), "775") {
			t.Errorf("%q: %v, want code 775 in an error for a wrong password", password, err)
		}
	}
}
