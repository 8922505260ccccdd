package compat_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// sessionProfile writes a profile with an SSO session by hand.
func sessionProfile(t *testing.T, m *machine) {
	t.Helper()
	write(t, filepath.Join(m.home, ".aws", "config"), strings.Join([]string{
		"[profile " + profile + "]",
		"sso_session = corp",
		"sso_account_id = " + account,
		"sso_role_name = " + role,
		"region = us-west-2",
		"output = json",
		"[sso-session corp]",
		"sso_start_url = " + awsStartURL,
		"sso_region = " + region,
		"sso_registration_scopes = sso:account:access",
		"",
	}, "\n"))
}

var expiry = regexp.MustCompile(`"(expiresAt|Expiration)": "[^"]*"`)

// age makes the session's access token, and role credentials, old.
func age(t *testing.T, m *machine) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(m.home, ".aws", "cli", "cache", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	key := ssocache.TokenKey(awsStartURL, "corp")
	for _, file := range append(files, filepath.Join(m.home, ".aws", "sso", "cache", key+".json")) {
		write(t, file, expiry.ReplaceAllString(read(t, file), `"$1": "2020-01-01T00:00:00Z"`))
	}
}

// TestSessionOfEitherIsRefreshedByBoth: with an SSO session, who signs in gets a
// token of an hour and the means to refresh it, and either program does.
func TestSessionOfEitherIsRefreshedByBoth(t *testing.T) {
	t.Parallel()
	aws, latchkey, c := cli2(t), program(t, "latchkey"), startCenter(t)
	for name, signsIn := range map[string]string{"AWS CLI signs in": aws, "latchkey signs in": latchkey} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			sessionProfile(t, m)
			m = ledTo(t, m, c).with("LATCHKEY_LOGIN=device")
			login(t, m, signsIn)
			seen := map[string]bool{}
			for _, program := range []string{aws, latchkey, aws} {
				age(t, m)
				identityOf(t, m.run(t, program, "sts", "get-caller-identity", "--profile", profile))
				token, err := ssocache.In(m.home).Token(ssocache.TokenKey(awsStartURL, "corp"))
				if err != nil || seen[token.RefreshToken.Reveal()] || token.RefreshToken == "" {
					t.Errorf("%s did not refresh (%v)", filepath.Base(program), err)
				}
				seen[token.RefreshToken.Reveal()] = true
			}
		})
	}
}

var authorizePage = regexp.MustCompile(`(http://127\.0\.0\.1:\d+/authorize\?\S+)`)

// TestBrowserBringsTheCode: a browser follows the answer of the page to the
// program that waits for it, and is refused nothing on the way.
func TestBrowserBringsTheCode(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "chromium")
	latchkey, c := program(t, "latchkey"), startCenter(t)
	for _, tt := range []struct {
		button string
		code   int
		prints string
	}{
		{"cli_login_button", 0, "\nSuccessfully logged into Start URL: " + awsStartURL + "\n"},
		{"cli_deny_button", 255, "\nlatchkey: the sign-in was denied in the browser\n"},
	} {
		t.Run(tt.button, func(t *testing.T) {
			m := newMachine(t)
			sessionProfile(t, m)
			p := m.with("AWS_ENDPOINT_URL="+c.origin, "BROWSER=none").start(t, latchkey, "sso", "login", "--profile", profile, "--no-browser")
			page := p.printed(t, authorizePage)[1]
			browser := startBrowser(t)
			signIn(t, browser, page)
			if text := pageText(t, browser); !strings.Contains(text, "a program on this computer") {
				t.Errorf("the page does not say where the answer goes:\n%s", text)
			}
			response, err := chromedp.RunResponse(browser, chromedp.Click(chromedp.ID(tt.button)))
			if err != nil {
				t.Fatalf("%v, on the page\n%s", err, pageText(t, browser))
			}
			if !strings.Contains(response.URL, "/oauth/callback?") || response.Status == http.StatusNotFound {
				t.Errorf("the browser came to %s: %d", response.URL, response.Status)
			}
			if code := p.wait(t); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if text, _ := p.out.state(); !strings.Contains(text, tt.prints) {
				t.Errorf("printed nothing like %q, but\n%s", tt.prints, p.out)
			}
		})
	}
}
