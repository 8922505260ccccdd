package compat_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"latchkey/internal/ssocache"
	"latchkey/internal/testneed"
)

// chromium is a headless one for all tests, with its files in built.dir.
var chromium = sync.OnceValues(func() (context.Context, error) {
	options := []chromedp.ExecAllocatorOption{chromedp.Env("HOME=" + built.dir)}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(options, chromedp.ExecPath("chromium"))...)
	ctx, _ = chromedp.NewContext(ctx)
	stopChromium = func() {
		chromedp.Cancel(ctx) // waits for the browser to be gone
		cancel()
	}
	return ctx, chromedp.Do(ctx)
})

var stopChromium = func() {}

// startBrowser is a browser of the test's own: one that keeps nothing and knows
// nothing of what the other tests did in the same Chromium.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	testneed.Program(t, "chromium")
	ctx, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// act runs the steps of a person in the browser.
func act(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v, on the page\n%s", err, pageText(t, ctx))
	}
}

// follow runs a step that leads to another page, and waits for that page.
func follow(t *testing.T, ctx context.Context, step chromedp.Action[chromedp.Void]) {
	t.Helper()
	response, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		t.Fatalf("%v, on the page\n%s", err, pageText(t, ctx))
	}
	if response.Status != http.StatusOK {
		t.Fatalf("%s answers %d\n%s", response.URL, response.Status, pageText(t, ctx))
	}
}

// pageText is what the person reads, what the fields of forms hold included.
func pageText(t *testing.T, ctx context.Context) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`document.body.innerText + " " + Array.from(document.querySelectorAll("input:not([type=hidden])"), f => f.value).join(" ")`))
	if err != nil {
		t.Errorf("reading the page: %v", err)
	}
	return text
}

// sent is when the browser set out for the page that it shows, for the last page
// the moment at which the button was pressed.
func sent(t *testing.T, ctx context.Context) time.Time {
	t.Helper()
	ms, err := chromedp.Run(ctx, chromedp.Evaluate[float64]("performance.timeOrigin"))
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMicro(int64(ms * 1000))
}

// signIn opens a page that wants to know who is there, and says so.
func signIn(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	follow(t, ctx, chromedp.Navigate(url))
	act(t, ctx, chromedp.SendKeys(chromedp.CSS(`input[name="username"]`), userName))
	follow(t, ctx, chromedp.SendKeys(chromedp.CSS(`input[name="password"]`), password+"\r"))
}

// compareCode takes the URL that has the code in it, and finds the same code on
// the page; it ends on the page that asks for consent.
func compareCode(t *testing.T, ctx context.Context, p prompt) {
	t.Helper()
	signIn(t, ctx, p.url)
	if page := pageText(t, ctx); !strings.Contains(page, p.code) {
		t.Fatalf("latchkey shows the code %s, the page\n%s", p.code, page)
	}
	follow(t, ctx, chromedp.Click(chromedp.ID("cli_verification_btn")))
}

// typeCode takes the URL without the code and types it in as people do, in small
// letters and without the hyphen.
func typeCode(t *testing.T, ctx context.Context, p prompt) {
	t.Helper()
	page, _, _ := strings.Cut(p.url, "?")
	signIn(t, ctx, page)
	typed := strings.ToLower(strings.ReplaceAll(p.code, "-", ""))
	follow(t, ctx, chromedp.SendKeys(chromedp.CSS(`input[name="user_code"]`), typed+"\r"))
}

// TestBrowser: a person at the real pages while `latchkey sso login` waits.
func TestBrowser(t *testing.T) {
	testneed.Program(t, "chromium")
	latchkey, c := program(t, "latchkey"), startCenter(t)
	limit := pollingInterval(t, c) + 500*time.Millisecond
	for _, tt := range []struct {
		name         string
		toConsent    func(*testing.T, context.Context, prompt)
		button, says string
		code         int
		prints       string
		token        bool
	}{
		{"allowed", compareCode, "cli_login_button", "Request approved",
			0, "\nSuccessfully logged into Start URL: " + awsStartURL + "\n", true},
		{"denied", typeCode, "cli_deny_button", "Request denied",
			255, "\nlatchkey: the sign-in was denied in the browser\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			manualProfile(t, m)
			p := m.with("AWS_ENDPOINT_URL="+c.origin).start(t, latchkey, "sso", "login", "--profile", profile, "--no-browser")
			browser := startBrowser(t)
			tt.toConsent(t, browser, prompted(t, p))
			follow(t, browser, chromedp.Click(chromedp.ID(tt.button)))
			if page := pageText(t, browser); !strings.Contains(page, tt.says) {
				t.Errorf("the last page does not say %q, but\n%s", tt.says, page)
			}
			if code := p.wait(t); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if text, _ := p.out.state(); !strings.Contains(text, tt.prints) {
				t.Errorf("printed nothing like %q, but\n%s", tt.prints, p.out)
			}
			if _, err := ssocache.In(m.home).Token(ssocache.TokenKey(awsStartURL, "")); (err == nil) != tt.token {
				t.Errorf("the token after that: %v", err)
			}
			waited := p.ended.Sub(sent(t, browser))
			t.Logf("from the button to the prompt: %v (at most %v)", waited.Round(time.Millisecond), limit)
			if waited > limit {
				t.Errorf("latchkey went on %v after the button was pressed, want at most %v", waited, limit)
			}
		})
	}
}

// pollingInterval asks the center how often a device may ask.
func pollingInterval(t *testing.T, c center) time.Duration {
	t.Helper()
	client := call(t, c, "/client/register", `{"clientName":"compat","clientType":"public"}`)
	asked, err := json.Marshal(map[string]any{
		"clientId": client["clientId"], "clientSecret": client["clientSecret"], "startUrl": awsStartURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	seconds, ok := call(t, c, "/device_authorization", string(asked))["interval"].(float64)
	if !ok || seconds < 1 {
		t.Fatalf("the center names no interval: %v", seconds)
	}
	return time.Duration(seconds) * time.Second
}

func call(t *testing.T, c center, path, body string) map[string]any {
	t.Helper()
	response, err := localClient(t).Post(c.origin+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, response.Status, err)
	}
	return answer
}
