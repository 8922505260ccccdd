package center_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Each page is whole for somebody who hears it, has no mouse or no scripts.
func TestPagesAreSound(t *testing.T) {
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	program := w.program(t)
	w.person(t).signIn("alice", "correct horse")
	p := w.person(t)
	pages := map[string]page{
		"sign-in":        p.open("/sign-in"),
		"wrong password": p.press("sign_in_button", "username", "alice", "password", "x"),
		"start":          p.signIn("alice", "correct horse"),
		"enter":          p.open("/device"),
		"wrong code":     p.press("cli_verification_btn", "user_code", "x"),
		"compare":        p.open(d.complete),
		"consent":        p.press("cli_verification_btn"),
		"approved":       p.press("cli_login_button"),
		"code":           p.open(program.address()),
		"dead":           p.open("/authorize"),
		"no such page":   p.open("/nothing"),
		"by a link":      p.open(w.startDevice(t, w.register(t)).complete + "&link=1"),
		"denied":         p.press("cli_deny_button"),
		"devices":        p.open("/start/devices"),
		"devices ended":  p.press("end_others"),
		"wrong device":   p.send("/start/devices", p.page.token(t, "kind", "browser", "id", "00")),
		"nothing found":  p.open("/start?find=zebra"),
	}
	p.open("/start")
	pages["credentials"] = p.press("credentials_123456789011_ReadOnly")
	p.open("/start")
	pages["no role"] = p.send("/start/credentials", p.page.token(t, "account_id", "123456789022", "role_name", "FullAccess"))
	p.open("/start")
	pages["signed out"] = p.press("sign_out_button")
	titles := map[string]bool{}
	for name, page := range pages {
		for _, wrong := range page.faults() {
			t.Errorf("%s: %s", name, wrong)
		}
		titles[text(page.tags("title")[0])] = true
	}
	if len(titles) < 12 {
		t.Errorf("pages of the same title: %v", titles)
	}
}

// token is a form of this page's session with these fields.
func (p page) token(t *testing.T, pairs ...string) url.Values {
	t.Helper()
	values := url.Values{}
	for _, n := range p.tags("input") {
		if attr(n, "name") == "form_token" {
			values.Set("form_token", attr(n, "value"))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

func (p page) faults() []string {
	var faults []string
	count := func(tag string, want int) {
		if got := len(p.tags(tag)); got != want {
			faults = append(faults, fmt.Sprintf("%d %s elements, want %d", got, tag, want))
		}
	}
	count("h1", 1)
	count("main", 1)
	count("title", 1)
	count("script", 0)
	count("style", 0)
	if attr(p.tags("html")[0], "lang") == "" {
		faults = append(faults, "no language")
	}
	seen := map[string]bool{}
	for _, n := range p.all(func(*html.Node) bool { return true }) {
		if id := attr(n, "id"); id != "" && seen[id] {
			faults = append(faults, "id twice: "+id)
		} else {
			seen[id] = true
		}
		if (n.Data == "input" && attr(n, "type") != "hidden" || n.Data == "textarea") && !p.labelled(attr(n, "id")) {
			faults = append(faults, "no label for "+attr(n, "name"))
		}
		if n.Data == "button" && (text(n) == "" || attr(n, "id") == "") {
			faults = append(faults, "a button without text or id")
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.Contains(a.Val, "//") {
				faults = append(faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			}
		}
	}
	return faults
}

func (p page) labelled(id string) bool {
	for _, n := range p.tags("label") {
		if attr(n, "for") == id && text(n) != "" {
			return true
		}
	}
	return false
}

// "a contrast ratio of at least 4.5:1" (WCAG 2.2, 1.4.3), in both schemes.
func TestContrast(t *testing.T) {
	w := serve(t)
	resp, err := http.Get(w.URL + "/style.css")
	css := string(read(t, resp, err).Body)
	schemes := regexp.MustCompile(`(?s):root \{.*?\}`).FindAllString(css, -1)
	if len(schemes) != 2 {
		t.Fatalf("%d colour schemes", len(schemes))
	}
	for i, scheme := range schemes {
		colour := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(scheme, -1) {
			colour[m[1]] = luminance(m[2])
		}
		for _, pair := range [][2]string{
			{"ink", "ground"}, {"ink", "sheet"}, {"faint", "ground"}, {"faint", "sheet"}, {"key", "ground"}, {"key", "sheet"},
			{"on-key", "key"}, {"wrong", "wrong-ground"}, {"care", "care-ground"}, {"right", "right-ground"},
		} {
			a, b := colour[pair[0]], colour[pair[1]]
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("scheme %d: %s on %s has contrast %.1f", i, pair[0], pair[1], ratio)
			}
		}
	}
}

func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
