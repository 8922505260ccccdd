package center_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"latchkey/internal/center"
	"latchkey/internal/center/oauth"
)

// from makes a person's requests come from an address, as a proxy says it.
type from struct{ address string }

func (f from) RoundTrip(req *http.Request) (*http.Response, error) {
	if f.address != "" {
		req.Header.Set("X-Forwarded-For", "203.0.113.200, "+f.address)
	}
	return http.DefaultTransport.RoundTrip(req)
}

// deviceFrom starts a device grant from an address.
func (w *world) deviceFrom(t *testing.T, address string) device {
	t.Helper()
	d := w.register(t)
	body := marshal(map[string]string{"clientId": d.clientID, "clientSecret": d.clientSecret, "startUrl": w.URL + "/start"})
	req, err := http.NewRequest("POST", w.URL+"/device_authorization", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := from{address}.RoundTrip(req)
	m := read(t, resp, err).JSON(t)
	d.deviceCode, d.userCode, d.complete = m["deviceCode"].(string), m["userCode"].(string), m["verificationUriComplete"].(string)
	return d
}

func (w *world) personFrom(t *testing.T, address string) *person {
	p := w.person(t)
	p.http.Transport = from{address}
	return p
}

// A code that a stranger started elsewhere cannot be allowed, by the pages or
// past them; one from here can.
func TestSameNetwork(t *testing.T) {
	w := serve(t, func(c *center.Config) { c.BehindProxy, c.DeviceFlow = true, oauth.DeviceFlowSameNetwork })
	for _, tt := range []struct {
		name, program, browser string
		same                   bool
	}{
		{"one address", "198.51.100.7", "198.51.100.7", true},
		{"another one", "198.51.100.7", "198.51.100.8", false},
		{"one network of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"another of IPv6", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"IPv4 in IPv6", "::ffff:198.51.100.7", "198.51.100.7", true},
		{"IPv4 and IPv6", "198.51.100.7", "2001:db8:1:2::1", false},
		{"with a port", "198.51.100.7:4711", "198.51.100.7", true},
		{"nowhere", "", "", false},
		{"not an address", "unknown", "unknown", false},
		{"an empty one", " ", " ", false},
		{"the proxy's machine", "127.0.0.1", "127.0.0.1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := w.personFrom(t, tt.browser)
			p.signIn("alice", "correct horse")
			d := w.deviceFrom(t, tt.program)
			_, form := p.open(d.complete).form(t, "cli_verification_btn")
			p.press("cli_verification_btn")
			straight := p.send("/device/consent", url.Values{"form_token": form["form_token"], "user_code": {d.userCode}, "decision": {"allow"}})
			got := w.poll(t, d)
			if tt.same {
				if got.Status != 200 {
					t.Errorf("refused: %s", straight.text())
				}
				return
			}
			if straight.Status != 403 || straight.alert() == "" || got.exception() != "AuthorizationPendingException" {
				t.Errorf("%d %s: %s", straight.Status, straight.text(), got.Body)
			}
			if p.page = straight; !strings.Contains(p.press("cli_deny_button").alert(), "Request denied") {
				t.Errorf("denying it: %s", p.page.text())
			}
		})
	}
	outcomes := strings.Join(w.recorded(t, "device code approved"), "\n")
	if !strings.Contains(outcomes, "another network alice botocore-client-1795379541 198.51.100.8") || !strings.Contains(outcomes, "ok alice") {
		t.Errorf("recorded: %s", outcomes)
	}
	if got := w.recorded(t, "device code denied"); len(got) != 6 {
		t.Errorf("recorded %d denials: %v", len(got), got)
	}
}

// Behind a proxy that the center was not told of, all addresses are the proxy's:
// nobody is in one network with anybody.
func TestSameNetworkBehindAnUndeclaredProxy(t *testing.T) {
	w := serve(t, func(c *center.Config) { c.DeviceFlow = oauth.DeviceFlowSameNetwork })
	p := w.personFrom(t, "198.51.100.7")
	p.signIn("alice", "correct horse")
	d := w.deviceFrom(t, "203.0.113.9")
	p.open(d.complete)
	if got := p.press("cli_verification_btn"); got.Status != 403 || got.id("cli_login_button") != nil {
		t.Errorf("%d %s", got.Status, got.text())
	}
	here := w.startDevice(t, w.register(t))
	direct := w.person(t)
	direct.signIn("alice", "correct horse")
	if got := direct.decide(here, "cli_login_button"); !strings.Contains(got.alert(), "Request approved") {
		t.Errorf("without a proxy: %s", got.text())
	}
}

func TestDeviceFlowOff(t *testing.T) {
	w := serve(t, func(c *center.Config) { c.DeviceFlow = oauth.DeviceFlowOff })
	d := w.register(t)
	got := w.post(t, "/device_authorization", marshal(map[string]string{
		"clientId": d.clientID, "clientSecret": d.clientSecret, "startUrl": w.URL + "/start"}))
	if m := got.JSON(t); got.Status != 400 || m["error"] != "unauthorized_client" || !strings.Contains(m["error_description"].(string), "no device codes") {
		t.Errorf("start: %d %s", got.Status, got.Body)
	}
	p := w.person(t)
	_, form := p.signIn("alice", "correct horse").form(t, "sign_out_button")
	form.Set("user_code", "BCDF-GHJK")
	form.Set("decision", "allow")
	for _, got := range []page{p.open("/device"), p.open("/device?user_code=BCDF-GHJK"), p.send("/device", form), p.send("/device/consent", form)} {
		if got.Status != 403 || !strings.Contains(got.text(), "gives no codes") || len(got.faults()) > 0 {
			t.Errorf("%s: %d %s %v", got.Path, got.Status, got.text(), got.faults())
		}
	}
	program := w.program(t)
	if code := program.code(t, p); w.redeem(t, program, code).Status != 200 {
		t.Error("authorization codes do not work either")
	}
	if err := oauth.DeviceFlow("never").Check(); err == nil {
		t.Error("an unknown device flow is taken")
	}
}

// A link of another site to a page with a code filled in is how codes are
// phished: the page says so, also after the sign-in.
func TestCodeByALink(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	open := func(p *person, site string) page {
		req, err := http.NewRequest("GET", d.complete, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Site", site)
		resp, err := p.http.Do(req)
		return p.see(resp, err)
	}
	p := w.person(t)
	open(p, "cross-site")
	if got := p.press("sign_in_button", "username", "alice", "password", "correct horse"); got.id("from_link") == nil || text(got.id("code_to_compare")) != d.userCode {
		t.Errorf("after the sign-in: %s", got.text())
	}
	for site, want := range map[string]bool{"cross-site": true, "none": false, "same-origin": false, "": false} {
		if got := open(p, site); (got.id("from_link") != nil) != want {
			t.Errorf("Sec-Fetch-Site %q: warning %v, want %v", site, !want, want)
		}
	}
}

// The page with the code can deny it too, for good.
func TestDenyAtTheCode(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	p.open(d.complete)
	if got := p.press("cli_deny_button").alert(); !strings.Contains(got, "Request denied") {
		t.Errorf("last page: %q", got)
	}
	if got := w.poll(t, d); got.exception() != "AccessDeniedException" {
		t.Errorf("poll: %s", got.Body)
	}
	if got := p.open(d.complete); got.Status != 400 {
		t.Errorf("the code again: %d", got.Status)
	}
	if got := w.recorded(t, "device code denied"); len(got) != 1 || !strings.Contains(got[0], `"client_address":"127.0.0.1"`) {
		t.Errorf("recorded %q", got)
	}
}
