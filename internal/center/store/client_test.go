package store_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"latchkey/internal/center/oauth"
	"latchkey/internal/center/store"
)

// A client is the same from memory as from the database, and memory has a bound.
func TestClientsKnown(t *testing.T) {
	db := open(t, newURL(t))
	defer db.Close()
	at := time.UnixMilli(1_780_000_000_000).UTC()
	for i := range store.MostClients + 10 {
		c := oauth.Client{ID: fmt.Sprint(i), SecretHash: []byte{1}, Name: "x", Scopes: []string{"a", "b"}, GrantTypes: []string{"g"},
			RedirectURIs: []string{"http://127.0.0.1/"}, Created: at, Expires: at.Add(time.Hour)}
		if i > 10 { // the others need not be in the database
			db.Know(c)
			continue
		}
		if err := db.PutClient(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, err := db.Client(t.Context(), c.ID); err != nil || !reflect.DeepEqual(got, c) {
				t.Fatalf("%+v, %v; want %+v", got, err, c)
			}
		}
	}
	if n := db.KnownClients(); n != store.MostClients {
		t.Errorf("%d clients in memory, want %d", n, store.MostClients)
	}
}
