package ldap_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/ldap"
	"latchkey/internal/center/signin/ldap/ldaptest"
)

const (
	word     = "correct horse"
	base     = ldaptest.BaseDN
	aliceDN  = "uid=alice,ou=people," + base
	brackets = `cn=O'Brien \28a\\b\29 \2a\, Jr,ou=people,` + base
)

// people has everybody whom the tests know.
var people = ldaptest.Person("alice", word, "entryUUID: 11111111-2222-4333-8444-555555555555") +
	ldaptest.Person("bob", word) + ldaptest.Person("twin", word) +
	ldaptest.Person("reset", word, "pwdReset: TRUE") +
	ldaptest.Person("late", word, "pwdPolicySubentry: cn=short,"+base, "pwdChangedTime: 20200101000000Z") +
	ldaptest.Person("locked", word, "pwdAccountLockedTime: 000001010000Z") +
	strings.ReplaceAll(ldaptest.Person("nopassword", ""), "userPassword: \n", "") +
	`dn: cn=short,dc=example,dc=com
objectClass: device
objectClass: pwdPolicy
cn: short
pwdAttribute: userPassword
pwdMaxAge: 60

dn: ou=others,dc=example,dc=com
objectClass: organizationalUnit
ou: others

dn: uid=twin,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
uid: twin
cn: twin
sn: twin
userPassword: another

dn: ` + brackets + `
objectClass: inetOrgPerson
uid: obrien
sn: O'Brien
cn: O'Brien (a\b) *, Jr
userPassword: ` + word + `

dn: uid=named oddly,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: named oddly
employeeNumber: 77
cn: odd
sn: odd
userPassword: ` + word + `

dn: ou=elsewhere,dc=example,dc=com
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://REFERRAL/ou=elsewhere,dc=example,dc=com

dn: cn=unix,ou=groups,dc=example,dc=com
objectClass: posixGroup
cn: unix
gidNumber: 7
memberUid: alice

` + ldaptest.Group("dev", aliceDN, brackets) + ldaptest.Group("ops", "uid=bob,ou=people,"+base)

func config(s *ldaptest.Server) ldap.Config {
	return ldap.Config{
		Name: "corp", URL: s.URL, CAFile: s.CAFile, BindDN: s.BindDN, BindPasswordFile: s.PasswordFile, BaseDN: base,
		Groups: ldap.Groups{Map: map[string]string{
			"CN=Dev, OU=groups," + base: "developers", "cn=ops,ou=groups," + base: "operators", "cn=unix,ou=groups," + base: "unix",
		}},
	}
}

func method(t *testing.T, c ldap.Config) *ldap.Method {
	t.Helper()
	m, err := ldap.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func signIn(m *ldap.Method, name, password string) (signin.Identity, error) {
	return m.Authenticate(context.Background(), name, password)
}

func TestSignIn(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	over := map[string]ldap.Config{"ldaps": config(s), "StartTLS": config(s), "plain": config(s)}
	startTLS, plain := over["StartTLS"], over["plain"]
	startTLS.URL, startTLS.StartTLS = s.PlainURL, true
	plain.URL, plain.Plain = s.PlainURL, true
	over["StartTLS"], over["plain"] = startTLS, plain
	want := signin.Identity{
		Method: "corp", ID: "11111111-2222-4333-8444-555555555555", Name: "alice", Email: "alice@example.com",
		Groups: []string{"developers", "unix"},
	}
	for how, c := range over {
		got, err := signIn(method(t, c), "ALICE", word)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", how, err, diff)
		}
	}
	for name, groups := range map[string][]string{"bob": {"operators"}, "obrien": {"developers"}} {
		got, err := signIn(method(t, config(s)), name, word)
		if diff := cmp.Diff(groups, got.Groups); diff != "" || err != nil || got.Name != name {
			t.Errorf("%s: %+v, %v\n%s", name, got, err, diff)
		}
	}
}

// Whatever a stranger types, the answer is the same.
func TestWrongPassword(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	m := method(t, config(s))
	tries := [][2]string{
		{"alice", "wrong"}, {"alice", ""}, {"alice", " "}, {"alice", "\x00"}, {"alice", word + "\x00"}, {"alice", word + " "},
		{"alice", strings.Repeat("x", 1025)}, {"nobody", word}, {"", word}, {"", ""}, {"*", word}, {"a*", word}, {"alic?", word},
		{"alice)(uid=*", word}, {"*)(uid=*))(|(uid=*", word}, {"alice)(|(objectClass=*)", word}, {`\2a`, word}, {`al\69ce`, word},
		{"alice\x00", word}, {" alice", word}, {"alice ", word}, {"ａｌｉｃｅ", word}, {"alicé", word}, {"al\u00adice", word},
		{aliceDN, word}, {"alice,ou=people", word}, {"alice+cn=alice", word}, {"uid=alice", word}, {"{username}", word}, {"{dn}", word},
		{"twin", word}, {"twin", "another"}, {"locked", word}, {"locked", "wrong"}, {"late", "wrong"}, {"reset", "wrong"},
		{"nopassword", word}, {"center", "the center's own"}, {"dev", word}, {strings.Repeat("a", 5000), word},
	}
	for _, try := range tries {
		if who, err := signIn(m, try[0], try[1]); !errors.Is(err, signin.ErrWrongPassword) || who.ID != "" {
			t.Errorf("%.40q with %.20q: %+v, %v", try[0], try[1], who, err)
		}
	}
}

// The right password is not enough for everybody.
func TestPasswordPolicy(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	m := method(t, config(s))
	for name, want := range map[string]string{"late": "expired", "reset": "must be changed"} {
		_, err := signIn(m, name, word)
		if refused, ok := errors.AsType[*signin.RefusedError](err); !ok || !strings.Contains(refused.Message, want) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, want)
		}
	}
	c := config(s)
	c.UserFilter = "(|(uid={username})(employeeNumber={username}))"
	_, err := signIn(method(t, c), "77", word)
	if refused, ok := errors.AsType[*signin.RefusedError](err); !ok || !strings.Contains(refused.Message, "cannot be a user name") {
		t.Errorf("a name with a space: %v", err)
	}
}

func TestCertificates(t *testing.T) {
	good := ldaptest.Start(t, people, ldaptest.Options{})
	expired := ldaptest.Start(t, people, ldaptest.Options{Expires: time.Now().Add(-time.Hour)})
	noTLS := ldaptest.Start(t, people, ldaptest.Options{NoTLS: true})
	tests := []struct {
		name   string
		server *ldaptest.Server
		url    string
		ca     string
		tls    bool
		want   string
	}{
		{"expired", expired, expired.URL, expired.CAFile, false, "certificate has expired"},
		{"expired, StartTLS", expired, expired.PlainURL, expired.CAFile, true, "certificate has expired"},
		{"of another CA", good, good.URL, expired.CAFile, false, "unknown authority"},
		{"of the system's CAs", good, good.URL, "", false, "certificate"},
		{"of another name", good, strings.Replace(good.URL, "127.0.0.1", "localhost", 1), good.CAFile, false, "localhost"},
		{"another name, StartTLS", good, strings.Replace(good.PlainURL, "127.0.0.1", "localhost", 1), good.CAFile, true, "localhost"},
		{"StartTLS where there is none", noTLS, noTLS.PlainURL, noTLS.CAFile, true, "start TLS"},
	}
	for _, tt := range tests {
		c := config(tt.server)
		c.URL, c.CAFile, c.StartTLS = tt.url, tt.ca, tt.tls
		_, err := signIn(method(t, c), "alice", word)
		wantAway(t, tt.name, err, tt.want)
	}
}

// wantAway is for errors that are about the directory and not about the person.
func wantAway(t *testing.T, name string, err error, want string) {
	t.Helper()
	_, refused := errors.AsType[*signin.RefusedError](err)
	if err == nil || refused || errors.Is(err, signin.ErrWrongPassword) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want an error with %q", name, err, want)
		return
	}
	if strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "the center's own") {
		t.Errorf("%s: a password is in %q", name, err)
	}
}

func TestServerGoesAway(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	spare := ldaptest.Start(t, people, ldaptest.Options{})
	both := filepath.Join(t.TempDir(), "ca.pem")
	var pem []byte
	for _, file := range []string{s.CAFile, spare.CAFile} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pem = append(pem, data...)
	}
	if err := os.WriteFile(both, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	alone, c := method(t, config(s)), config(s)
	c.URL, c.CAFile = s.URL+" "+spare.URL, both
	pair := method(t, c)
	for _, m := range []*ldap.Method{alone, pair} {
		if _, err := signIn(m, "alice", word); err != nil {
			t.Fatal(err)
		}
	}
	s.Stop()
	_, err := signIn(alone, "alice", word)
	wantAway(t, "stopped", err, strings.TrimPrefix(s.URL, "ldaps://"))
	wantAway(t, "stopped", err, "connection refused")
	if _, err := signIn(pair, "alice", word); err != nil {
		t.Errorf("with a second server: %v", err)
	}
	spare.Stop()
	_, err = signIn(pair, "alice", word)
	wantAway(t, "both stopped", err, s.URL)
	wantAway(t, "both stopped", err, spare.URL)
	s.Run()
	for _, m := range []*ldap.Method{alone, pair} {
		if _, err := signIn(m, "alice", word); err != nil {
			t.Errorf("after it came back: %v", err)
		}
	}
}

// The directory is another server's below some names: nobody asks there.
func TestReferralsAreNotFollowed(t *testing.T) {
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 10)
	go func() {
		for {
			conn, err := elsewhere.Accept()
			if err != nil {
				return
			}
			asked <- struct{}{}
			conn.Close()
		}
	}()
	defer elsewhere.Close()
	s := ldaptest.Start(t, strings.ReplaceAll(people, "REFERRAL", elsewhere.Addr().String()), ldaptest.Options{})
	if _, err := signIn(method(t, config(s)), "alice", word); err != nil {
		t.Errorf("beside a referral: %v", err)
	}
	c := config(s)
	c.BaseDN = "ou=elsewhere," + base
	_, err = signIn(method(t, c), "alice", word)
	wantAway(t, "below a referral", err, "Referral")
	if len(asked) > 0 {
		t.Error("the other server was asked")
	}
}

func TestMisconfigured(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	wrong := filepath.Join(t.TempDir(), "word")
	if err := os.WriteFile(wrong, []byte("not it"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*ldap.Config){
		"bind as the service account": func(c *ldap.Config) { c.BindPasswordFile = wrong },
		"No Such Object":              func(c *ldap.Config) { c.BaseDN = "dc=example,dc=org" },
		"attributes: id":              func(c *ldap.Config) { c.Attributes.ID = "objectGUID" },
		"search of groups":            func(c *ldap.Config) { c.Groups.BaseDN = "ou=none," + base },
	} {
		c := config(s)
		change(&c)
		_, err := signIn(method(t, c), "alice", word)
		wantAway(t, want, err, want)
	}
	// Without a service account this directory shows nobody anything.
	c := config(s)
	c.BindDN, c.BindPasswordFile = "", ""
	if _, err := signIn(method(t, c), "alice", word); err == nil {
		t.Error("signed in without a search")
	}
}

// More people at once than connections that the directory is given.
func TestManyAtOnce(t *testing.T) {
	s := ldaptest.Start(t, people, ldaptest.Options{})
	c := config(s)
	c.Timeout = time.Minute
	m := method(t, c)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			password := []string{word, "wrong"}[i%2]
			if who, err := signIn(m, "alice", password); (err == nil) != (password == word) || err == nil && who.Name != "alice" {
				t.Errorf("%q: %+v, %v", password, who, err)
			}
		})
	}
	wg.Wait()
}
