// Package oidctest runs an OpenID Connect provider for tests: the example that
// comes with zitadel/oidc, with its sign-in form, on this machine.
package oidctest

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"
)

// Person is somebody whom the provider knows.
type Person struct {
	ID, Name, Password, Email string
	Verified                  bool // the address is
	Groups                    []string
}

// Provider answers at Issuer. Clients are "web", with the secret in SecretFile,
// and "public", without one.
type Provider struct {
	Issuer, SecretFile string
	server             *httptest.Server
}

// Start runs a provider, until t ends, that sends people back to callback.
func Start(t testing.TB, callback string, people ...Person) *Provider {
	t.Helper()
	p := &Provider{SecretFile: filepath.Join(t.TempDir(), "secret"), server: httptest.NewUnstartedServer(nil)}
	p.Issuer = "http://" + p.server.Listener.Addr().String()
	const secret = "s+cr/t: 100%"
	if err := os.WriteFile(p.SecretFile, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	clients := map[string]*storage.Client{
		"web":    storage.WebClient("web", secret, callback),
		"public": storage.NativeClient("public", callback),
	}
	store := grouped{storage.NewStorageWithClients(users{people}, clients), people}
	// The example logs each request to the program's own log.
	p.server.Config.Handler = exampleop.SetupServer(p.Issuer, store, slog.New(slog.DiscardHandler), false)
	p.server.Start()
	t.Cleanup(p.Stop)
	return p
}

// Stop ends the provider.
func (p *Provider) Stop() { p.server.Close() }

// users is the example's interface to people.
type users struct{ people []Person }

func (u users) find(match func(Person) bool) *storage.User {
	i := slices.IndexFunc(u.people, match)
	if i < 0 {
		return nil
	}
	p := u.people[i]
	return &storage.User{ID: p.ID, Username: p.Name, Password: p.Password, Email: p.Email, EmailVerified: p.Verified}
}

func (u users) GetUserByID(id string) *storage.User {
	return u.find(func(p Person) bool { return p.ID == id })
}

func (u users) GetUserByUsername(name string) *storage.User {
	return u.find(func(p Person) bool { return p.Name == name })
}

func (u users) ExampleClientID() string { return storage.ServiceUserID }

// grouped adds the claim groups to what the userinfo endpoint says.
type grouped struct {
	*storage.Storage
	people []Person
}

func (g grouped) SetUserinfoFromToken(ctx context.Context, info *zitadel.UserInfo, tokenID, subject, origin string) error {
	if err := g.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	for _, p := range g.people {
		if p.ID == info.Subject {
			info.AppendClaims("groups", p.Groups)
		}
	}
	return nil
}
