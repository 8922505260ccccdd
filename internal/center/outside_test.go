package center_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center"
	"latchkey/internal/center/configfile"
	"latchkey/internal/center/signin/ldap/ldaptest"
	"latchkey/internal/center/signin/oidc/oidctest"
	"latchkey/internal/webuser"
)

// outside is a center whose people are in OpenLDAP and at a provider, as its
// configuration file says. alice is of this directory, and its administrator.
type outside struct {
	*world
	slapd    *ldaptest.Server
	provider *oidctest.Provider
}

const carolDN = "uid=carol,ou=people," + ldaptest.BaseDN

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{slapd: ldaptest.Start(t, ldaptest.Person("carol", "carol's word")+ldaptest.Group("dev", carolDN), ldaptest.Options{})}
	o.world = serve(t, func(c *center.Config) {
		o.provider = oidctest.Start(t, c.Origin+"/sign-in/idp/callback",
			oidctest.Person{ID: "7", Name: "dave", Password: "dave's word", Email: "dave@example.com", Verified: true, Groups: []string{"dev"}})
		file := filepath.Join(t.TempDir(), "center.yaml")
		if err := os.WriteFile(file, []byte(o.settings()), 0o600); err != nil {
			t.Fatal(err)
		}
		settings, warnings, err := configfile.Read(file)
		if err != nil || len(warnings) > 0 {
			t.Fatal(err, warnings)
		}
		if c.SignIn, err = settings.SignIn.Methods(); err != nil {
			t.Fatal(err)
		}
	})
	o.exec(t, `UPDATE users SET administrator = 1 WHERE name = 'alice'`)
	return o
}

func (o *outside) settings() string {
	return strings.NewReplacer("LDAP_URL", o.slapd.URL, "LDAP_CA", o.slapd.CAFile, "LDAP_WORD", o.slapd.PasswordFile,
		"LDAP_DN", o.slapd.BindDN, "BASE", ldaptest.BaseDN, "ISSUER", o.provider.Issuer, "SECRET", o.provider.SecretFile).Replace(`
sign_in:
  built_in: administrators
  ldap:
    - name: corp
      url: LDAP_URL
      ca_file: LDAP_CA
      bind_dn: LDAP_DN
      bind_password_file: LDAP_WORD
      base_dn: BASE
      groups: {map: {"cn=dev,ou=groups,BASE": developers}}
  oidc:
    - name: idp
      label: Example
      issuer: ISSUER
      client_id: web
      client_secret_file: SECRET
      groups: {dev: developers}
`)
}

// visitor is somebody with a browser of their own.
func (o *outside) visitor() *webuser.User {
	u := webuser.New(http.DefaultClient)
	u.MayGoTo(o.URL, o.provider.Issuer)
	return u
}

// see returns a step's page, or ends the test.
func see(t *testing.T) func(*webuser.Page, error) *webuser.Page {
	return func(p *webuser.Page, err error) *webuser.Page {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func byPassword(t *testing.T, page *webuser.Page, name, password string) *webuser.Page {
	t.Helper()
	page.Fill(map[string]string{"username": name, "password": password})
	return see(t)(page.Press("sign_in_button"))
}

func byProvider(t *testing.T, page *webuser.Page, name, password string) *webuser.Page {
	t.Helper()
	page = see(t)(page.Press("sign_in_with_idp"))
	page = see(t)(page.Follow("Continue to Example"))
	page.Fill(map[string]string{"username": name, "password": password})
	return see(t)(page.Submit())
}

// allow goes on from the code's page, and returns what the token is good for.
func (o *outside) allow(t *testing.T, page *webuser.Page, d device) string {
	t.Helper()
	page = see(t)(page.Press("cli_verification_btn"))
	page = see(t)(page.Press("cli_login_button"))
	if !strings.Contains(page.Text(), "Request approved") {
		t.Fatal(page.Text())
	}
	got := o.poll(t, d)
	if got.Status != 200 {
		t.Fatalf("token: %d %s", got.Status, got.Body)
	}
	return string(o.portal(t, "GET", "/assignment/accounts", got.JSON(t)["accessToken"].(string)).Body)
}

// Whoever lets people in, the client sees none of the difference; groups there
// are roles here.
func TestPeopleFromOutside(t *testing.T) {
	o := newOutside(t)
	for name, signIn := range map[string]func(*testing.T, *webuser.Page, string, string) *webuser.Page{
		"carol": byPassword, "dave": byProvider,
	} {
		for range 2 { // the second time, the center knows them
			d := o.startDevice(t, o.register(t))
			page := see(t)(o.visitor().Open(d.complete))
			page = signIn(t, page, name, name+"'s word")
			if got := o.allow(t, page, d); !strings.Contains(got, "DeveloperAccount") || strings.Contains(got, "ProductionAccount") {
				t.Errorf("%s: accounts %s", name, got)
			}
		}
	}
}

// Nobody of outside gets in then; administrators must.
func TestOutsideIsAway(t *testing.T) {
	o := newOutside(t)
	o.slapd.Stop()
	o.provider.Stop()
	page := byPassword(t, see(t)(o.visitor().Open(o.URL+"/start")), "carol", "carol's word")
	if page.URL.Path == "/start" || strings.Contains(page.Text(), "do not belong together") {
		t.Errorf("carol: %d %s", page.Status, page.Text())
	}
	page = see(t)(o.visitor().Open(o.URL + "/start"))
	if page = see(t)(page.Press("sign_in_with_idp")); page.Status == 200 || !strings.Contains(page.Text(), "Example") {
		t.Errorf("dave: %d %s", page.Status, page.Text())
	}
	page = byPassword(t, see(t)(o.visitor().Open(o.URL+"/start")), "alice", "correct horse")
	if page.URL.Path != "/start" || !strings.Contains(page.Text(), "alice") {
		t.Errorf("alice: %d %s", page.Status, page.Text())
	}
	o.stop()
	for _, secret := range []string{"carol's word", "the center's own", "correct horse"} {
		if strings.Contains(o.Log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}
