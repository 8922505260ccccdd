package compat_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"latchkey/internal/testneed"
)

// TestPortal: what the page of a person's accounts gives in Chromium works where
// it is pasted: the credentials for the AWS CLI, the line for latchkey.
func TestPortal(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "chromium")
	shell, c, m := testneed.Program(t, "sh"), startCenter(t), newMachine(t)
	latchkey, browser := program(t, "latchkey"), startBrowser(t)
	signIn(t, browser, c.startURL())
	button := "credentials_" + account + "_" + role
	act(t, browser, chromedp.Click(chromedp.CSS(`details:has(#`+button+`) > summary`)))
	line := onPage(t, browser, `document.getElementById("`+button+`").closest("details").querySelector("pre").innerText`)
	follow(t, browser, chromedp.Click(chromedp.ID(button)))

	exports := onPage(t, browser, `document.getElementById("env_form").value`)
	who := m.with("AWS_ENDPOINT_URL_STS="+c.origin).
		run(t, shell, "-c", exports+servicesCLI(t)+" sts get-caller-identity --output json --region "+region)
	identityOf(t, who)

	p := m.with("PATH="+filepath.Dir(latchkey)+":/usr/bin:/bin").start(t, shell, "-c",
		line+" --no-browser --use-device-code --region us-west-2 --output json --profile pasted --sso-registration-scopes sso:account:access")
	allow(t, prompted(t, p))
	if code := p.wait(t); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", line, code, p.out)
	}
	identityOf(t, m.run(t, latchkey, "sts", "get-caller-identity", "--profile", "pasted"))
}

// TestPortalConsole: the form that opens the console leaves its page, which
// Chromium holds to what the page may do.
func TestPortalConsole(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "chromium")
	c, browser := startCenter(t), startBrowser(t)
	signIn(t, browser, c.startURL())
	button := "console_" + account + "_" + role
	act(t, browser, chromedp.Click(chromedp.CSS(`details:has(#`+button+`) > summary`)))
	follow(t, browser, chromedp.Click(chromedp.ID(button)))
	if page := pageText(t, browser); !strings.Contains(page, account) || !strings.Contains(page, role) {
		t.Errorf("the page says\n%s", page)
	}
}

// onPage is the text that an expression of the page's language gives.
func onPage(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatalf("%s: %v, on the page\n%s", expression, err, pageText(t, ctx))
	}
	return text
}
