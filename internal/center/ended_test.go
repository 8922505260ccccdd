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

// What cannot be recorded is not done.
func TestUnrecordedApproval(t *testing.T) {
	onSQLite(t)
	w := serve(t)
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn("alice", "correct horse")
	w.exec(t, "CREATE TRIGGER unrecorded BEFORE INSERT ON audit_records WHEN NEW.action = 'device code approved' BEGIN SELECT RAISE(ABORT, 'no'); END")
	if got := p.decide(d, "cli_login_button"); got.Status != 500 {
		t.Errorf("%d %s", got.Status, got.text())
	}
	w.exec(t, "DROP TRIGGER unrecorded")
	if got := w.poll(t, d); got.exception() != "AccessDeniedException" {
		t.Errorf("the approval counts: %s", got.Body)
	}
}

// What is given twice is recorded twice.
func TestSameTokensAgainAreRecorded(t *testing.T) {
	w := serve(t)
	program, pair := w.allowed(t)
	w.refresh(t, program, pair.refresh)
	w.refresh(t, program, pair.refresh)
	if got := w.recorded(t, "token refreshed"); len(got) != 2 {
		t.Errorf("records %q", got)
	}
}
