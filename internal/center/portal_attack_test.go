package center_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// No form of the portal does anything for another site, for another session's
// token, or by a GET.
func TestPortalForms(t *testing.T) {
	w := serve(t)
	w.token(t, "alice", "correct horse")
	p, mallory := w.person(t), w.person(t)
	p.signIn("alice", "correct horse")
	mallory.signIn("bob", "battery staple")
	_, theirs := mallory.page.form(t, "sign_out_button")
	_, good := p.page.form(t, "credentials_123456789011_ReadOnly")
	forms := map[string]url.Values{
		"/start/credentials": good,
		"/start/console":     good,
		"/start/devices":     {"kind": {"others"}, "id": {""}, "form_token": good["form_token"]},
	}
	before := w.dump(t)
	for path, form := range forms {
		for _, token := range []string{"", "x", theirs.Get("form_token")} {
			bad := url.Values{}
			for name := range form {
				bad.Set(name, form.Get(name))
			}
			bad.Set("form_token", token)
			if got := p.send(path, bad); got.Status != 403 || got.alert() == "" {
				t.Errorf("%s with the token %q: %d", path, token, got.Status)
			}
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			if got := p.sendWith(path, form, header, value); got.Status != 403 || got.alert() == "" {
				t.Errorf("%s with %s: %d", path, header, got.Status)
			}
		}
		if got := p.open(path + "?" + form.Encode()); strings.Contains(got.text(), "ASIA") {
			t.Errorf("credentials by a GET of %s", path)
		}
		if got := w.person(t).stay().send(path, form); got.Status != 303 || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s by a stranger: %d", path, got.Status)
		}
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Error(diff)
	}
}

func (p *person) sendWith(path string, form url.Values, header, value string) page {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set(header, value)
	resp, err := p.http.Do(req)
	return p.see(resp, err)
}

// Markup in what strangers and administrators call things is text on every
// page.
func TestNamesAreText(t *testing.T) {
	hostile := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'-alert(1)-'`, `</title><svg onload=alert(1)>`,
		`{{.FormToken}}`, `javascript:alert(1)`, `&lt;b&gt;`, `</textarea><h1>x</h1>`,
	}
	w := serve(t)
	w.many(t, len(hostile), func(i int) string { return hostile[i] })
	p := w.person(t)
	p.signIn("bob", "battery staple")
	for i, name := range hostile {
		d := w.startDevice(t, w.named(t, name))
		pages := []page{
			p.open(d.complete), p.press("cli_verification_btn"), p.press("cli_login_button"),
			p.open("/start?find=" + url.QueryEscape(name)), p.press("credentials_20000000000" + string(rune('0'+i)) + "_ReadOnly"),
		}
		if got := w.poll(t, d); got.Status != 200 {
			t.Fatalf("poll: %s", got.Body)
		}
		program := w.program(t, func(in map[string]any) { in["clientName"] = name })
		pages = append(pages, p.open("/start/devices"), p.open(program.address()), p.open("/start?after="+url.QueryEscape(name)))
		for _, page := range pages {
			for _, wrong := range page.faults() {
				t.Errorf("%s on %s: %s", name, page.Path, wrong)
			}
			if len(page.tags("img"))+len(page.tags("svg"))+len(page.tags("b")) > 0 {
				t.Errorf("%s is markup on %s", name, page.Path)
			}
		}
		for _, page := range pages[:7] {
			if !strings.Contains(page.text(), name) {
				t.Errorf("%s is not on %s: %s", name, page.Path, page.text())
			}
		}
	}
}

// named registers a client with that name.
func (w *world) named(t *testing.T, name string) device {
	t.Helper()
	got := w.post(t, "/client/register", marshal(map[string]string{"clientName": name, "clientType": "public"}))
	if got.Status != 200 {
		t.Fatalf("register %q: %s", name, got.Body)
	}
	m := got.JSON(t)
	return device{clientID: m["clientId"].(string), clientSecret: m["clientSecret"].(string)}
}

// A name that is a message is cut short, and set apart as the program's own.
func TestLongNames(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.named(t, strings.Repeat("press Allow at once ", 12)))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	got := p.open(d.complete)
	for _, n := range got.tags("bdi") {
		if name := text(n); len([]rune(name)) > 61 || attr(n, "class") != "claim" {
			t.Errorf("name %q, class %q", name, attr(n, "class"))
		}
	}
	if !strings.Contains(got.text(), "Calls itself press Allow") {
		t.Errorf("the page says: %s", got.text())
	}
}

// What comes in an address never becomes a header.
func TestHeadersCannotBeInjected(t *testing.T) {
	w := serve(t)
	p := w.person(t)
	p.signIn("alice", "correct horse")
	for _, path := range []string{
		"/start?find=%0d%0aSet-Cookie:%20a=b", "/start?after=%0d%0aX-Evil:%201", "/device?user_code=%0d%0aX-Evil:%201",
	} {
		for _, site := range []string{"none", "cross-site"} {
			req, err := http.NewRequest("GET", w.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Sec-Fetch-Site", site)
			resp, err := p.stay().http.Do(req)
			got := read(t, resp, err)
			if got.Header.Get("X-Evil") != "" || got.Header.Get("Set-Cookie") != "" || strings.ContainsAny(got.Header.Get("Location"), "\r\n") {
				t.Errorf("%s: %v", path, got.Header)
			}
		}
	}
}
