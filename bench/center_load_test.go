package bench

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// connections is how many clients ask at once.
const connections = 32

// TestCenterLoad measures the center under load, on both databases:
//
//	LATCHKEY_BENCH=full go test ./bench -run TestCenterLoad -v -timeout 30m
func TestCenterLoad(t *testing.T) {
	table := &table{values: map[string]map[string]string{}}
	onBoth(t, func(t *testing.T, name string, database func() string) {
		l := newLoaded(t, database())
		note := func(row string, format string, args ...any) { table.set(row, name, fmt.Sprintf(format, args...)) }
		codes, starts := l.deviceStarts(t)
		note("device starts", "%v", starts)
		note("pending polls", "%v", l.polls(t, codes, drive{connections: connections, lasts: l.lasts}))
		note("GetRoleCredentials", "%v", l.roleCredentials(t))
		first, last := l.accounts(t)
		note("ListAccounts, first page", "%v", first)
		note("ListAccounts, last page", "%v", last)
		note("whole logins", "%v", l.logins(t))
		polls, signIns := l.flood(t, codes)
		note("polls during a flood of sign-ins", "%v", polls)
		note("sign-ins of the flood", "%s", signIns)
		note("memory at its most", "%.0f MiB", l.memory(t, "VmHWM"))
	})
	t.Log("\n" + table.String())
}

// table has a row for each measure and a column for each database.
type table struct {
	rows   []string
	values map[string]map[string]string
}

func (tb *table) set(row, column, value string) {
	if tb.values[row] == nil {
		tb.rows = append(tb.rows, row)
		tb.values[row] = map[string]string{}
	}
	tb.values[row][column] = value
}

func (tb *table) String() string {
	var b strings.Builder
	format := "%-34s | %-40s | %s\n"
	fmt.Fprintf(&b, format, "", "SQLite", "PostgreSQL")
	for _, row := range tb.rows {
		fmt.Fprintf(&b, format, row, tb.values[row]["SQLite"], tb.values[row]["PostgreSQL"])
	}
	return b.String()
}

// loaded is a center with a large directory.
type loaded struct {
	*replica
	client registered
	token  string // of the user many
	lasts  time.Duration
}

func newLoaded(t *testing.T, database string) *loaded {
	t.Helper()
	l := &loaded{lasts: time.Duration(size(150, 5000)) * time.Millisecond}
	l.replica = serveCenter(t, database, "--import", directoryFile(t), "--behind-proxy")
	var err error
	l.client, err = register(l.replica, "192.0.2.1")
	must(t, err)
	got, err := l.client.signIn("many")
	must(t, err)
	l.token = got.Access
	return l
}

// deviceStarts asks for device codes, so many that polls of all in turn are not
// too fast.
func (l *loaded) deviceStarts(t *testing.T) (codes []string, m measure) {
	t.Helper()
	most := size(500, 20_000)
	request := post("/device_authorization", l.client.startInput())
	var mu sync.Mutex
	m = drive{
		address: l.address, connections: connections, lasts: time.Minute, most: int64(most),
		request: func(int64) []byte { return request },
		check: func(_ int64, status int, body []byte) error {
			var d device
			if err := json.Unmarshal(body, &d); err != nil || d.Code == "" {
				return &refusal{status, string(body)}
			}
			mu.Lock()
			defer mu.Unlock()
			codes = append(codes, d.Code)
			return nil
		},
	}.run(t)
	return codes, m
}

// polls asks for the tokens of codes that nobody has answered yet.
func (l *loaded) polls(t *testing.T, codes []string, d drive) measure {
	t.Helper()
	d.address = l.address
	requests := make([][]byte, len(codes))
	for i, code := range codes {
		requests[i] = post("/token", l.client.pollInput(code))
	}
	var slow atomic.Int64
	d.request = func(n int64) []byte { return requests[n%int64(len(requests))] }
	d.check = func(n int64, status int, body []byte) error {
		if strings.Contains(string(body), "slow_down") {
			slow.Add(1)
			return nil
		}
		return wants(400, "authorization_pending")(n, status, body)
	}
	m := d.run(t)
	if full() && slow.Load() > m.count/100 {
		t.Errorf("%d of %d polls came too fast to be pending ones", slow.Load(), m.count)
	}
	return m
}

func (l *loaded) roleCredentials(t *testing.T) measure {
	t.Helper()
	request := getAs(l.token, "/federation/credentials?role_name=ReadOnly&account_id="+account)
	return drive{
		address: l.address, connections: connections, lasts: l.lasts,
		request: func(int64) []byte { return request }, check: wants(200, "sessionToken"),
	}.run(t)
}

// accounts asks for the first page and for the last one of many accounts.
func (l *loaded) accounts(t *testing.T) (first, last measure) {
	t.Helper()
	const path = "/assignment/accounts?max_result=100"
	next, pages := "", 0
	for at := path; ; at = path + "&next_token=" + url.QueryEscape(next) {
		var page struct {
			AccountList []struct{ AccountID string }
			NextToken   string
		}
		drive{
			address: l.address, connections: 1, lasts: time.Minute, most: 1,
			request: func(int64) []byte { return getAs(l.token, at) },
			check:   func(_ int64, _ int, body []byte) error { return json.Unmarshal(body, &page) },
		}.run(t)
		pages++
		if page.NextToken == "" {
			break
		}
		next = page.NextToken
	}
	if pages != manyAccounts()/100+1 {
		t.Fatalf("%d pages of accounts", pages)
	}
	ask := func(path string) measure {
		request := getAs(l.token, path)
		return drive{
			address: l.address, connections: 4, lasts: l.lasts / 2,
			request: func(int64) []byte { return request }, check: wants(200, "accountId"),
		}.run(t)
	}
	return ask(path), ask(path + "&next_token=" + url.QueryEscape(next))
}

// logins is people who sign in from addresses of their own, a few at once.
func (l *loaded) logins(t *testing.T) measure {
	t.Helper()
	var next atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var running sync.WaitGroup
	started := time.Now()
	for range 4 {
		running.Go(func() {
			for time.Since(started) < l.lasts {
				n, begun := next.Add(1), time.Now()
				c := l.client
				c.from = fmt.Sprintf("198.51.%d.%d", n/250%250, n%250)
				if _, err := c.signIn(fmt.Sprintf("user%d", n%manyUsers)); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all = append(all, time.Since(begun))
				mu.Unlock()
			}
		})
	}
	running.Wait()
	if len(all) == 0 {
		t.FailNow()
	}
	m := measure{count: int64(len(all)), perSecond: float64(len(all)) / time.Since(started).Seconds()}
	m.p50, m.p99 = quantiles(all)
	return m
}

// flood is 200 sign-ins a second, each from another address, most of which have
// to be told to come again, while others poll.
func (l *loaded) flood(t *testing.T, codes []string) (polls measure, signIns string) {
	t.Helper()
	form := url.Values{"username": {"user1"}, "password": {"wrong"}}
	var answered sync.Map
	var running sync.WaitGroup
	running.Go(func() {
		drive{
			address: l.address, connections: 400, lasts: 2 * l.lasts, rate: 200,
			request: func(n int64) []byte {
				form := strings.Replace(form.Encode(), "user1", fmt.Sprintf("user%d", n%manyUsers), 1)
				return fmt.Appendf(nil, "POST /sign-in HTTP/1.1\r\nHost: center\r\nX-Forwarded-For: 203.0.%d.%d\r\n"+
					"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", n/250%250, n%250, len(form), form)
			},
			check: func(_ int64, status int, _ []byte) error {
				count, _ := answered.LoadOrStore(status, new(atomic.Int64))
				count.(*atomic.Int64).Add(1)
				return nil
			},
		}.run(t)
	})
	polls = l.polls(t, codes, drive{connections: connections, lasts: 2 * l.lasts, rate: 500})
	running.Wait()
	for status, count := range answered.Range {
		signIns += fmt.Sprintf("%d: %d ", status, count.(*atomic.Int64).Load())
	}
	return polls, strings.TrimSpace(signIns)
}
