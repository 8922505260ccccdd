package center_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"latchkey/internal/center/secret"
)

// Strangers who sign in 2,000 times over 1,000 addresses and try user codes as
// fast as they are let for ten minutes hit one of 1,000 live codes with a
// probability of 2.4 x 10^-4 at most. It is the count of codes looked up: each
// is one of 20^8.
func TestGuessingUserCodes(t *testing.T) {
	onSQLite(t)
	if testing.Short() {
		t.Skip("six thousand guesses")
	}
	const live, addresses, sessions, lasts = 1000, 1000, 2000, 600 // seconds
	w := serve(t)
	cookies := w.cookies(t, sessions)
	looked, refused := 0, 0
	for second := 0; second <= lasts; second++ {
		for {
			i := looked / 4 % sessions // a session has five tries
			r := httptest.NewRequest("GET", "/device?user_code="+guess(), nil)
			r.RemoteAddr = fmt.Sprintf("198.18.%d.%d:1234", i%addresses/250, i%addresses%250)
			r.Header.Set("Cookie", "latchkey_session="+cookies[i])
			answer := httptest.NewRecorder()
			w.Handler().ServeHTTP(answer, r)
			if answer.Code == 429 {
				refused++
				break
			}
			if looked++; answer.Code != 400 {
				t.Fatalf("guess %d: %d", looked, answer.Code)
			}
		}
		w.Clock.Advance(time.Second)
	}
	p := float64(looked) * live / math.Pow(20, 8)
	t.Logf("%d codes looked up, %d refused: probability %.3g", looked, refused, p)
	if p > 2.4e-4 || looked < lasts {
		t.Errorf("%d codes looked up: probability %.3g, want at most 2.4e-4", looked, p)
	}
}

// cookies are those of n sessions of bob, put into the database: signing in so
// often would take longer than the guesses.
func (w *world) cookies(t *testing.T, n int) []string {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for range n {
		token := secret.Token()
		_, err := tx.Exec("INSERT INTO sessions (hash, user_id, created, expires) SELECT ?, id, ?, ? FROM users WHERE name = 'bob'",
			secret.Hash(token), w.Clock.Now().UnixMilli(), w.Clock.Now().Add(time.Hour).UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, token)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return all
}

// guess is any code of the form.
func guess() string {
	const letters = "BCDFGHJKLMNPQRSTVWXZ"
	b := make([]byte, 8)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
