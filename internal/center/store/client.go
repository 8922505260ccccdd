package store

import (
	"context"
	"strings"

	"latchkey/internal/center/oauth"
)

// PutClient adds a client.
func (db *DB) PutClient(ctx context.Context, c oauth.Client) error {
	_, err := db.write.ExecContext(ctx, `
		INSERT INTO clients (id, secret_hash, name, scopes, grant_types, redirect_uris, issuer_url, created, expires)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.SecretHash, c.Name, strings.Join(c.Scopes, " "), strings.Join(c.GrantTypes, " "),
		strings.Join(c.RedirectURIs, " "), c.IssuerURL, millis(c.Created), millis(c.Expires))
	return err
}

// Client returns a client, or oauth.ErrNotFound.
func (db *DB) Client(ctx context.Context, id string) (oauth.Client, error) {
	c := oauth.Client{ID: id}
	var scopes, grantTypes, redirectURIs string
	var created, expires int64
	err := db.read.QueryRowContext(ctx, `
		SELECT secret_hash, name, scopes, grant_types, redirect_uris, issuer_url, created, expires
		FROM clients WHERE id = ?`, id).
		Scan(&c.SecretHash, &c.Name, &scopes, &grantTypes, &redirectURIs, &c.IssuerURL, &created, &expires)
	if err != nil {
		return oauth.Client{}, orMissing(err, oauth.ErrNotFound)
	}
	c.Scopes, c.GrantTypes, c.RedirectURIs = strings.Fields(scopes), strings.Fields(grantTypes), strings.Fields(redirectURIs)
	c.Created, c.Expires = fromMillis(created), fromMillis(expires)
	return c, nil
}
