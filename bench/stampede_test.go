package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/ssocache"
)

// Every process finds role credentials that have ended. No answer goes out
// before all of them have started.
func TestOneCallForManyProcesses(t *testing.T) {
	n := size(20, 200)
	p := newPortal(t)
	p.delay = 100 * time.Millisecond
	u := newUser(t, p)
	u.configure(t, sessionSection+profileSection("dev", role))
	u.token(t, time.Hour)
	u.roleCredentials(t, role, -time.Hour)

	start := time.Now()
	ended := u.together(t, n, func(int) []string { return export("dev") }, p.answer)
	t.Logf("%d processes: %d calls in %v", n, p.counted("/federation/credentials"), time.Since(start).Round(time.Millisecond))
	for i, o := range ended {
		if o.code != 0 || o.out != ended[0].out || o.err != "" || !strings.Contains(o.out, "ASIA0000000000000001") {
			t.Errorf("process %d: exit %d, %q, %q", i, o.code, o.out, o.err)
		}
	}
	if got := p.counted("/federation/credentials"); got != 1 {
		t.Errorf("%d calls for role credentials, want 1", got)
	}
}

// Every process wants a role of its own, so that nothing but the token's own
// lock keeps the refreshes apart.
func TestOneRefreshForManyProcesses(t *testing.T) {
	n := size(20, 200)
	p := newPortal(t)
	p.delay = 100 * time.Millisecond
	u := newUser(t, p)
	config := sessionSection
	for i := range n {
		config += profileSection(fmt.Sprintf("p%d", i), fmt.Sprintf("Role%d", i))
	}
	u.configure(t, config)
	u.token(t, -time.Hour)

	start := time.Now()
	ended := u.together(t, n, func(i int) []string { return export(fmt.Sprintf("p%d", i)) }, p.answer)
	t.Logf("%d processes: %d refreshes in %v", n, p.counted("/token"), time.Since(start).Round(time.Millisecond))
	for i, o := range ended {
		if o.code != 0 || !strings.Contains(o.out, "ASIA") || o.err != "" {
			t.Errorf("process %d: exit %d, %q, %q", i, o.code, o.out, o.err)
		}
	}
	if got := p.counted("/token"); got != 1 || p.refused != 0 {
		t.Errorf("%d refreshes, %d refused; want 1 and none", got, p.refused)
	}
	kept, err := u.cache().Token(ssocache.TokenKey(startURL, corp))
	if err != nil || kept.RefreshToken.Reveal() != p.refresh {
		t.Errorf("the refresh token that is good now was lost: %v", err)
	}
}

func export(profile string) []string {
	return []string{"configure", "export-credentials", "--profile", profile}
}
