package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/center/password"
	"latchkey/internal/webuser"
)

const (
	manyUsers  = 400
	manyGroups = 200
	word       = "correct horse battery"

	deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code"
)

// manyAccounts is ten thousand where that is measured.
func manyAccounts() int { return size(2000, 10_000) }

// directoryFile writes users, of whom "many" has as many accounts through two
// hundred groups and each of the others one.
func directoryFile(t testing.TB) string {
	t.Helper()
	hash, err := password.NewHasher().Hash(word)
	must(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "users:\n  - {name: many, password_hash: %q}\n", hash)
	for i := range manyUsers {
		fmt.Fprintf(&b, "  - {name: user%d, password_hash: %q}\n", i, hash)
	}
	b.WriteString("groups:\n")
	for i := range manyGroups {
		fmt.Fprintf(&b, "  - {name: group%d, members: [many]}\n", i)
	}
	b.WriteString("  - {name: everyone, members: [many")
	for i := range manyUsers {
		fmt.Fprintf(&b, ", user%d", i)
	}
	b.WriteString("]}\npermission_sets: [{name: ReadOnly, session_duration: 1h}]\naccounts:\n")
	fmt.Fprintf(&b, "  - {id: %q, name: First}\n", account)
	for i := range manyAccounts() {
		fmt.Fprintf(&b, "  - {id: %q, name: Account %d}\n", accountNumber(i), i)
	}
	fmt.Fprintf(&b, "assignments:\n  - {account: %q, permission_set: ReadOnly, group: everyone}\n", account)
	for i := range manyAccounts() {
		fmt.Fprintf(&b, "  - {account: %q, permission_set: ReadOnly, group: group%d}\n", accountNumber(i), i%manyGroups)
	}
	path := filepath.Join(t.TempDir(), "directory.yaml")
	must(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

func accountNumber(i int) string { return fmt.Sprintf("2%011d", i) }

// A registered client of a center, as programs are.
type registered struct {
	at             *replica
	ID             string `json:"clientId"`
	Secret         string `json:"clientSecret"`
	from, startURL string // its address as the proxy in front says, and the center's
}

// register makes a client at r that asks from an address of its own.
func register(r *replica, from string, scopes ...string) (registered, error) {
	c := registered{at: r, from: from, startURL: r.URL() + "/start"}
	err := c.call("/client/register", map[string]any{
		"clientName": "bench", "clientType": "public", "scopes": scopes,
		"grantTypes": []string{deviceCodeGrant, "refresh_token"},
	}, &c)
	return c, err
}

type device struct {
	Code     string `json:"deviceCode"`
	UserCode string `json:"userCode"`
	Complete string `json:"verificationUriComplete"`
}

func (c registered) start() (device, error) {
	var d device
	err := c.call("/device_authorization", c.startInput(), &d)
	return d, err
}

func (c registered) startInput() map[string]string {
	return map[string]string{"clientId": c.ID, "clientSecret": c.Secret, "startUrl": c.startURL}
}

func (c registered) pollInput(deviceCode string) map[string]string {
	return map[string]string{
		"clientId": c.ID, "clientSecret": c.Secret, "deviceCode": deviceCode,
		"grantType": deviceCodeGrant,
	}
}

// A refusal is an answer that is no success.
type refusal struct {
	Status int
	Body   string
}

func (e *refusal) Error() string { return fmt.Sprintf("answer %d: %.300s", e.Status, e.Body) }

// call asks one of the operations that take and give JSON.
func (c registered) call(path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest("POST", c.at.URL()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := from(c.from).RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return &refusal{resp.StatusCode, string(answer)}
	}
	return json.Unmarshal(answer, out)
}

// from asks as someone at an address, which the proxy in front says.
type from string

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// tokens are what a client gets for a code or a refresh token.
type tokens struct {
	Access  string `json:"accessToken"`
	Refresh string `json:"refreshToken"`
}

// signIn is a whole login: a device code, the person with a password, the pages,
// the token.
func (c registered) signIn(user string) (got tokens, err error) {
	d, err := c.start()
	if err != nil {
		return got, err
	}
	if err := c.allow(d, user); err != nil {
		return got, err
	}
	err = c.call("/token", c.pollInput(d.Code), &got)
	return got, err
}

// allow is the person who signs in and allows a device code.
func (c registered) allow(d device, user string) error {
	return c.allowAs(webuser.New(&http.Client{Transport: from(c.from)}), d, user)
}

// allowAs is the same in a browser where somebody may have signed in before.
func (c registered) allowAs(browser *webuser.User, d device, user string) error {
	page, err := browser.Open(d.Complete)
	if err != nil {
		return err
	}
	if page.Has("sign_in_button") {
		page.Fill(map[string]string{"username": user, "password": word})
		if page, err = page.Press("sign_in_button"); err != nil {
			return err
		}
	}
	for _, button := range []string{"cli_verification_btn", "cli_login_button"} {
		if page, err = page.Press(button); err != nil {
			return err
		}
	}
	if !strings.Contains(page.Text(), "Request approved") {
		return fmt.Errorf("last page of %s: %s", user, page.Text())
	}
	return nil
}
