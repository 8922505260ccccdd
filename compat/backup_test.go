package compat_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"

	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/testneed"
)

// TestBackup: a backup that was made while the center served, restored into
// another database, has everybody signed in who was, and a record that is whole.
func TestBackup(t *testing.T) {
	t.Parallel()
	t.Run("sqlite3", func(t *testing.T) {
		m, sqlite := newMachine(t), testneed.Program(t, "sqlite3")
		from, to := filepath.Join(m.home, "center.db"), filepath.Join(m.home, "restored.db")
		restored(t, m, "sqlite:"+from, "sqlite:"+to, func() {
			m.run(t, sqlite, from, ".backup '"+to+"'")
		})
	})
	t.Run("pg_dump", func(t *testing.T) {
		m, dump, restore := newMachine(t), testneed.Program(t, "pg_dump"), testneed.Program(t, "pg_restore")
		server := pgtest.Start(t)
		from, to, file := server.URL(), server.URL(), filepath.Join(m.home, "copy")
		restored(t, m, from, to, func() {
			m.run(t, dump, "--format=custom", "--file="+file, from)
			m.run(t, restore, "--exit-on-error", "--no-owner", "--dbname="+to, file)
		})
	})
}

// restored has a person sign in at a center on one database, and come to one on
// the other with the same token.
func restored(t *testing.T, m *machine, from, to string, restore func()) {
	t.Helper()
	s := sdk{center: startCenterOn(t, from)}
	s.Client = s.center.oidc(t)
	s.register(t)
	token := s.signIn(t, localClient(t))
	restore()
	c := startCenterOn(t, to)
	portal := sso.New(sso.Options{Region: region, BaseEndpoint: &c.origin, HTTPClient: localClient(t)})
	roles, err := portal.ListAccountRoles(t.Context(), &sso.ListAccountRolesInput{AccessToken: &token, AccountId: aws.String(account)})
	if err != nil || len(roles.RoleList) != 2 {
		t.Errorf("the token at the restored center: %v, %v", roles, err)
	}
	m.with("LATCHKEY_CENTER_DATABASE="+to).run(t, program(t, "latchkey-center"), "audit", "verify")
}
