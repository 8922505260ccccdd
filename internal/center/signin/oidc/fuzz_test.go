package oidc_test

import (
	"context"
	"strings"
	"testing"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/oidc"
)

// Only one string is the ID token that the provider signed; its own honest ones
// for other flows are seeds.
func FuzzIDToken(f *testing.F) {
	p := newForger(f, newForgerKeys(f))
	m, err := oidc.New(p.config)
	if err != nil {
		f.Fatal(err)
	}
	flow := signin.Flow{State: "state", Nonce: "nonce", Verifier: strings.Repeat("v", 43)}
	p.claims["nonce"] = "another"
	honest := p.idToken()
	parts := strings.Split(honest, ".")
	for _, seed := range []string{
		honest, "", "..", "a.b.c", parts[0] + "." + parts[1] + ".", "eyJhbGciOiJub25lIn0." + parts[1] + ".", honest + honest,
		`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
	} {
		f.Add(seed)
	}
	p.answer.Set("state", flow.State)
	f.Fuzz(func(t *testing.T, token string) {
		p.forge = func(string) string { return token }
		if who, err := m.Finish(context.Background(), p.callback, flow, p.answer); err == nil || who.ID != "" {
			t.Errorf("%q: signed in as %+v", token, who)
		}
	})
}
