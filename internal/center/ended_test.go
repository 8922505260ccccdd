package center_test

import "testing"

// Somebody who has been disabled has no token, however one came to be left.
func TestNoTokenOfDisabled(t *testing.T) {
	w := serve(t)
	program, pair := w.allowed(t)
	if got := w.portal(t, "GET", "/assignment/accounts", pair.access); got.Status != 200 {
		t.Fatalf("before: %d %s", got.Status, got.Body)
	}
	w.exec(t, "UPDATE users SET disabled = 1 WHERE name = 'alice'")
	if got := w.portal(t, "GET", "/assignment/accounts", pair.access); got.Status != 401 {
		t.Errorf("the access token: %d %s", got.Status, got.Body)
	}
	if got := w.refresh(t, program, pair.refresh); got.exception() != "InvalidGrantException" {
		t.Errorf("the refresh token: %d %s", got.Status, got.Body)
	}
}
