package oidc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/oidc"
	"latchkey/internal/center/signin/oidc/oidctest"
	"latchkey/internal/webuser"
)

var people = []oidctest.Person{
	{ID: "1", Name: "alice", Password: "correct horse", Email: "alice@example.com", Verified: true, Groups: []string{"dev", "other", "dev"}},
	{ID: "2", Name: "bob", Password: "battery staple", Email: "bob@example.com"},
	{ID: "3", Name: "carol of accounts", Password: "staple battery", Email: "carol@elsewhere.example", Verified: true},
}

// callback is where the browser comes back to: it remembers with what.
type callback struct {
	url    string
	answer url.Values
}

func newCallback(t *testing.T) *callback {
	t.Helper()
	c := &callback{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.answer = r.URL.Query()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<p>back")
	}))
	t.Cleanup(server.Close)
	c.url = server.URL + "/sign-in/corp/callback"
	return c
}

func (c *callback) origin() string { return strings.TrimSuffix(c.url, "/sign-in/corp/callback") }

// visit signs somebody in at the provider's form.
func (c *callback) visit(t *testing.T, address, name, password string) {
	t.Helper()
	person := webuser.New(http.DefaultClient)
	person.MayGoTo(c.origin())
	page, err := person.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	page.Fill(map[string]string{"username": name, "password": password})
	if page, err = page.Submit(); err != nil || page.Text() != "back" {
		t.Fatalf("%v, %v", page, err)
	}
}

func config(p *oidctest.Provider) oidc.Config {
	return oidc.Config{
		Name: "corp", Label: "Example", Issuer: p.Issuer, ClientID: "web", ClientSecretFile: p.SecretFile,
		Groups: map[string]string{"dev": "developers", "ops": "operators"},
	}
}

func method(t *testing.T, c oidc.Config) *oidc.Method {
	t.Helper()
	m, err := oidc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func start(t *testing.T, m *oidc.Method, callback string, fresh bool) (string, signin.Flow) {
	t.Helper()
	address, flow, err := m.Start(context.Background(), callback, fresh)
	if err != nil {
		t.Fatal(err)
	}
	return address, flow
}

func TestSignIn(t *testing.T) {
	back := newCallback(t)
	p := oidctest.Start(t, back.url, people...)
	public := config(p)
	public.ClientID, public.ClientSecretFile = "public", ""
	for name, c := range map[string]oidc.Config{"with a secret": config(p), "public": public} {
		m := method(t, c)
		for _, fresh := range []bool{false, true} {
			address, flow := start(t, m, back.url, fresh)
			back.visit(t, address, "alice", "correct horse")
			got, err := m.Finish(context.Background(), back.url, flow, back.answer)
			if ago := time.Since(got.Proved); ago < 0 || ago > time.Minute {
				t.Errorf("%s, fresh %v: signed in %v ago", name, fresh, ago)
			}
			got.Proved = time.Time{}
			want := signin.Identity{Method: "corp", ID: p.Issuer + " 1", Name: "alice", Email: "alice@example.com", Groups: []string{"developers"}}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s, fresh %v: %v\n%s", name, fresh, err, diff)
			}
			if who, err := m.Finish(context.Background(), back.url, flow, back.answer); err == nil {
				t.Errorf("%s: the code was good twice, for %+v", name, who)
			}
		}
	}
}

func TestWhoIsLetIn(t *testing.T) {
	back := newCallback(t)
	p := oidctest.Start(t, back.url, people...)
	byEmail, domain := config(p), config(p)
	byEmail.Claims.Name = "email"
	domain.AllowedDomains = []string{"EXAMPLE.com"}
	missing := config(p)
	missing.Claims.Name = "upn"
	for _, tt := range []struct {
		config               oidc.Config
		name, password, want string // a user name, or what a refusal says
	}{
		{byEmail, "alice", "correct horse", "alice@example.com"},
		{byEmail, "bob", "battery staple", "not verified"},
		{domain, "alice", "correct horse", "alice"},
		{domain, "bob", "battery staple", "not verified"},
		{domain, "carol of accounts", "staple battery", "Addresses like yours"},
		{config(p), "carol of accounts", "staple battery", "cannot be a user name"},
		{missing, "alice", "correct horse", "claim is missing"},
	} {
		m := method(t, tt.config)
		address, flow := start(t, m, back.url, false)
		back.visit(t, address, tt.name, tt.password)
		got, err := m.Finish(context.Background(), back.url, flow, back.answer)
		refused, _ := errors.AsType[*signin.RefusedError](err)
		if err == nil && got.Name != tt.want || err != nil && (refused == nil || !strings.Contains(refused.Message, tt.want)) {
			t.Errorf("%s: %+v, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestProviderIsAway(t *testing.T) {
	back := newCallback(t)
	p := oidctest.Start(t, back.url, people...)
	known, new := method(t, config(p)), method(t, config(p))
	address, flow := start(t, known, back.url, false)
	back.visit(t, address, "alice", "correct horse")
	p.Stop()
	for want, finish := range map[string]func() error{
		"discovery at " + p.Issuer: func() error { _, _, err := new.Start(context.Background(), back.url, false); return err },
		"token endpoint":           func() error { _, err := known.Finish(context.Background(), back.url, flow, back.answer); return err },
	} {
		err := finish()
		if _, refused := errors.AsType[*signin.RefusedError](err); err == nil || refused || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestWrongSecret(t *testing.T) {
	back := newCallback(t)
	p := oidctest.Start(t, back.url, people...)
	c := config(p)
	c.ClientSecretFile = filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(c.ClientSecretFile, []byte("wrong secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := method(t, c)
	address, flow := start(t, m, back.url, false)
	back.visit(t, address, "alice", "correct horse")
	_, err := m.Finish(context.Background(), back.url, flow, back.answer)
	if err == nil || !strings.Contains(err.Error(), "client_secret_file") || strings.Contains(err.Error(), "wrong secret") {
		t.Errorf("%v", err)
	}
}
