package store

import (
	"context"
	"strings"
	"sync"

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

// knownClients are those that were asked for lately. The zero value has none.
type knownClients struct {
	mu   sync.RWMutex
	byID map[string]oauth.Client
}

func (k *knownClients) get(id string) (oauth.Client, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	c, ok := k.byID[id]
	return c, ok
}

// put forgets any other one when there are too many.
func (k *knownClients) put(id string, c oauth.Client) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		k.byID = make(map[string]oauth.Client)
	}
	for other := range k.byID {
		if len(k.byID) < mostClients {
			break
		}
		delete(k.byID, other)
	}
	k.byID[id] = c
}

// mostClients is how many are known without asking the database.
const mostClients = 4096

// Client returns a client, or oauth.ErrNotFound. A client never changes, and its
// registration ends at a time that it carries, so the database is asked once.
func (db *DB) Client(ctx context.Context, id string) (oauth.Client, error) {
	if c, ok := db.clients.get(id); ok {
		return c, nil
	}
	c, err := db.readClient(ctx, id)
	if err == nil {
		db.clients.put(id, c)
	}
	return c, err
}

func (db *DB) readClient(ctx context.Context, id string) (oauth.Client, error) {
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
