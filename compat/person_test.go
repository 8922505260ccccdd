package compat_test

import (
	"net/http"
	"strings"
	"testing"

	"latchkey/internal/webuser"
)

// allow is the person who goes where the program says, signs in, sees the same
// code there, and allows.
func allow(t *testing.T, p prompt) {
	t.Helper()
	allowBy(t, localClient(t), p)
}

func allowBy(t *testing.T, browser *http.Client, p prompt) {
	t.Helper()
	page, err := webuser.New(browser).Open(p.url)
	if err != nil {
		t.Fatal(err)
	}
	page.Fill(map[string]string{"username": userName, "password": password})
	page = next(t, page.Submit)
	if !strings.Contains(page.Text(), p.code) {
		t.Fatalf("the program shows the code %s, the page\n%s", p.code, page.Text())
	}
	for _, button := range []string{"cli_verification_btn", "cli_login_button"} {
		page = next(t, func() (*webuser.Page, error) { return page.Press(button) })
	}
	if !strings.Contains(page.Text(), "Request approved") {
		t.Fatalf("the last page says\n%s", page.Text())
	}
}

func next(t *testing.T, step func() (*webuser.Page, error)) *webuser.Page {
	t.Helper()
	page, err := step()
	if err != nil {
		t.Fatal(err)
	}
	return page
}
