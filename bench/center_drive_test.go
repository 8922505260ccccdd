package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A drive sends requests over connections that stay open, each the next request
// as soon as it has its answer. The requests are written whole, and of the answers
// only what check needs is read, since this takes its time from the same
// processors as the center.
type drive struct {
	address     string
	connections int
	lasts       time.Duration
	most        int64   // requests, 0 for no limit
	rate        float64 // a second; 0: as many as there can be
	request     func(n int64) []byte
	check       func(n int64, status int, body []byte) error
}

// A measure is what came of it.
type measure struct {
	count, failed int64
	perSecond     float64
	p50, p99      time.Duration
	first         error // of those that failed
}

func (m measure) String() string {
	return fmt.Sprintf("%.0f/s, p50 %.1f ms, p99 %.1f ms", m.perSecond, ms(m.p50), ms(m.p99))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// run drives, and fails the test if any answer was wrong.
func (d drive) run(t testing.TB) measure {
	t.Helper()
	m := d.all()
	if m.failed > 0 || m.count == 0 {
		t.Fatalf("%d of %d connections failed, one with: %v", m.failed, d.connections, m.first)
	}
	return m
}

// all drives to the end, whatever happens.
func (d drive) all() measure {
	var next atomic.Int64
	var all []time.Duration
	m := measure{}
	var mu sync.Mutex
	var running sync.WaitGroup
	started := time.Now()
	for range d.connections {
		running.Go(func() {
			took, err := d.one(started, &next)
			mu.Lock()
			defer mu.Unlock()
			if all = append(all, took...); err != nil {
				m.failed++
				m.first = err
			}
		})
	}
	running.Wait()
	m.count, m.perSecond = int64(len(all)), float64(len(all))/time.Since(started).Seconds()
	m.p50, m.p99 = quantiles(all)
	return m
}

func quantiles(all []time.Duration) (p50, p99 time.Duration) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}

// one drives over one connection. With a rate, an answer is late from the moment
// that its request was due.
func (d drive) one(started time.Time, next *atomic.Int64) (took []time.Duration, err error) {
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in, body := bufio.NewReader(conn), new(bytes.Buffer)
	for time.Since(started) < d.lasts {
		n := next.Add(1) - 1
		if d.most > 0 && n >= d.most {
			break
		}
		begun := time.Now()
		if d.rate > 0 {
			begun = started.Add(time.Duration(float64(n) / d.rate * float64(time.Second)))
			<-time.After(time.Until(begun))
		}
		status, err := exchange(conn, in, body, d.request(n))
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(begun))
		if err := d.check(n, status, body.Bytes()); err != nil {
			return took, err
		}
	}
	return took, nil
}

func exchange(conn net.Conn, in *bufio.Reader, body *bytes.Buffer, request []byte) (int, error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body.Reset()
	_, err = io.Copy(body, resp.Body)
	return resp.StatusCode, err
}

// post is the bytes of a request with a JSON body.
func post(path string, in any) []byte {
	body, err := json.Marshal(in)
	if err != nil {
		panic(err) // the inputs are maps of texts
	}
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: center\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, len(body), body)
}

// getAs is the bytes of a request to the portal.
func getAs(token, path string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: center\r\nx-amz-sso_bearer_token: %s\r\n\r\n", path, token)
}

// wants checks the status and a text that the body must have.
func wants(status int, text string) func(int64, int, []byte) error {
	return func(_ int64, got int, body []byte) error {
		if got != status || !bytes.Contains(body, []byte(text)) {
			return &refusal{got, string(body)}
		}
		return nil
	}
}
