package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/webuser"
)

// A crowd is a hundred programs with a connection each, to one of three centers
// on one database.
type crowd struct {
	replicas []*replica
	members  []*member
}

type member struct {
	conn net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	database := pgtest.Start(t).URL()
	c := &crowd{replicas: []*replica{serveCenter(t, database, "--import", directoryFile(t), "--behind-proxy")}}
	for range 2 {
		c.replicas = append(c.replicas, serveCenter(t, database, "--behind-proxy"))
	}
	for i := range 100 {
		conn, err := net.Dial("tcp", c.replicas[i%3].address)
		must(t, err)
		t.Cleanup(func() { conn.Close() })
		c.members = append(c.members, &member{conn: conn, in: bufio.NewReader(conn)})
	}
	return c
}

// ask sends one request from all at once, and returns the bodies of the answers
// by their status.
func (c *crowd) ask(t *testing.T, request []byte) map[int][]string {
	t.Helper()
	answers := map[int][]string{}
	var mu sync.Mutex
	var running sync.WaitGroup
	begin := make(chan struct{})
	for _, m := range c.members {
		running.Go(func() {
			<-begin
			status, err := exchange(m.conn, m.in, &m.body, request)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[status] = append(answers[status], m.body.String())
		})
	}
	close(begin)
	running.Wait()
	return answers
}

// Of a hundred who come with one device code, over three centers at once, exactly
// one gets a token.
//
//	LATCHKEY_BENCH=full go test ./bench -run 'TestOneDeviceCode|TestOneRefreshToken' -v -timeout 60m
func TestOneDeviceCodeForManyRedeemers(t *testing.T) {
	c := newCrowd(t)
	client, err := register(c.replicas[0], "192.0.2.1")
	must(t, err)
	var browser *webuser.User
	rounds := size(20, 10_000)
	for round := range rounds {
		if round%100 == 0 { // before the sign-in is too old to allow anything
			browser = webuser.New(&http.Client{Transport: from("192.0.2.1")})
		}
		d, err := client.start()
		must(t, err)
		must(t, client.allowAs(browser, d, "user1"))
		answers := c.ask(t, post("/token", client.pollInput(d.Code)))
		if len(answers[200]) != 1 || len(answers[400]) != len(c.members)-1 {
			t.Fatalf("round %d: %d got a token: %.500v", round, len(answers[200]), answers)
		}
	}
	t.Logf("%d rounds of %d redeemers: one token each", rounds, len(c.members))
}

// Of a hundred who come with one refresh token, over three centers at once, all
// get the one answer that it was traded for.
func TestOneRefreshTokenForManyRedeemers(t *testing.T) {
	c := newCrowd(t)
	client, err := register(c.replicas[0], "192.0.2.1", "sso:account:access")
	must(t, err)
	token, err := client.signIn("user1")
	must(t, err)
	rounds, started := size(20, 10_000), time.Now()
	for round := range rounds {
		answers := c.ask(t, post("/token", map[string]string{
			"clientId": client.ID, "clientSecret": client.Secret, "grantType": "refresh_token", "refreshToken": token.Refresh,
		}))
		next := map[tokens]bool{}
		for _, body := range answers[200] {
			var got tokens
			must(t, json.Unmarshal([]byte(body), &got))
			next[got] = true
		}
		if len(answers[200]) != len(c.members) || len(next) != 1 || next[token] {
			t.Fatalf("round %d: %d answers, %d different tokens: %.500v", round, len(answers[200]), len(next), answers)
		}
		for token = range next {
		}
	}
	t.Logf("%d rounds of %d redeemers in %v: one rotation each", rounds, len(c.members), time.Since(started).Round(time.Second))
}
