package login

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"latchkey/internal/awscred"
	"latchkey/internal/termtext"
)

const (
	callbackPath = "/oauth/callback"

	// RegisteredRedirectURI is what a client registers, without a port.
	//
	// "The authorization server MUST allow any port to be specified at the time
	// of the request for loopback IP redirect URIs"
	// https://datatracker.ietf.org/doc/html/rfc8252#section-7.3
	RegisteredRedirectURI = "http://127.0.0.1" + callbackPath
)

const (
	headerWait  = 10 * time.Second // for the head of a request
	maxHeader   = 16 << 10         // bytes of it
	pageWait    = 2 * time.Minute  // for the page that answers it, the exchange of the code included
	lastGoodbye = time.Second      // for a browser that does not take the last page
)

// A Callback is the address on this machine to which the browser brings the
// answer. It is bound before anybody is told of it, so that no other program
// can be there instead.
type Callback struct {
	listener net.Listener
	host     string // "127.0.0.1:PORT", as in the Host of a request
	server   *http.Server
}

// Listen takes a port of the loopback interface, any free one for 0. Its error
// is a *CallbackError.
func Listen(port int) (*Callback, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, &CallbackError{Port: port, Err: err}
	}
	return newCallback(l), nil
}

func newCallback(l net.Listener) *Callback { return &Callback{listener: l, host: l.Addr().String()} }

// RedirectURI is where the browser is to come back to.
func (c *Callback) RedirectURI() string { return "http://" + c.host + callbackPath }

// Close frees the port and cuts every connection.
func (c *Callback) Close() {
	// Neither has anything to say that matters to a port that is given up.
	if c.server != nil {
		_ = c.server.Close()
	}
	_ = c.listener.Close()
}

// A CallbackError means that the browser cannot be waited for.
type CallbackError struct {
	Port int // that was asked for, 0 for any
	Err  error
}

func (e *CallbackError) Error() string {
	err := e.Err
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without the address, once more
	}
	return fmt.Sprintf("cannot wait for the browser on %s: %v", net.JoinHostPort("127.0.0.1", strconv.Itoa(e.Port)), err)
}

func (e *CallbackError) Unwrap() error { return e.Err }

// An AuthorizationError is what the service sent the browser back with instead
// of a code (RFC 6749, section 4.1.2.1).
type AuthorizationError struct{ Code, Description string } // raw

func (e *AuthorizationError) Error() string {
	s := "the sign-in ended in the browser with " + shown(e.Code)
	if e.Description != "" {
		s += ": " + shown(e.Description)
	}
	return s
}

func shown(s string) string { return termtext.Truncate(termtext.Safe(s), 256) }

// expect begins to answer requests, and believes the first that knows state.
func (c *Callback) expect(state string) *answer {
	a := &answer{
		host: c.host, state: state, codes: make(chan code, 1), failed: make(chan error, 1),
		outcome: make(chan error, 1), shown: make(chan struct{}),
	}
	c.server = &http.Server{
		Handler: a, ReadHeaderTimeout: headerWait, MaxHeaderBytes: maxHeader, WriteTimeout: pageWait,
		ErrorLog: log.New(io.Discard, "", 0), // of strangers who hang up
	}
	c.server.SetKeepAlivesEnabled(false)
	go func() { a.failed <- c.server.Serve(c.listener) }()
	return a
}

// An answer is awaited from the browser. Other pages can send it here too, and
// other programs on this machine: what does not know the state changes nothing.
type answer struct {
	host, state string
	taken       atomic.Bool
	codes       chan code     // one
	failed      chan error    // why no more requests come
	outcome     chan error    // of the exchange, for the page
	shown       chan struct{} // closed when the page is with the browser
}

// A code is what the browser brought, or why it brought none.
type code struct {
	value awscred.Secret
	err   error
}

// wait returns the code, or ErrDenied, an *AuthorizationError or ctx's error.
func (a *answer) wait(ctx context.Context) (awscred.Secret, error) {
	select {
	case c := <-a.codes:
		return c.value, c.err
	case err := <-a.failed:
		return "", fmt.Errorf("waiting for the browser: %w", err)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// end tells the browser how the sign-in ended, if it is still there.
func (a *answer) end(err error) {
	a.outcome <- err
	if !a.taken.Load() {
		return
	}
	patience := time.NewTimer(lastGoodbye)
	defer patience.Stop()
	select {
	case <-a.shown:
	case <-patience.C:
	}
}

func (a *answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.EscapedPath() != callbackPath {
		writePage(w, http.StatusNotFound, pageOfStranger)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || r.Method != http.MethodGet || r.Host != a.host || !a.genuine(query) || !a.taken.CompareAndSwap(false, true) {
		writePage(w, http.StatusBadRequest, pageOfStranger)
		return
	}
	a.codes <- codeOf(query)
	defer close(a.shown)
	select {
	case err := <-a.outcome:
		writeOutcome(w, err)
	case <-r.Context().Done():
	}
}

// genuine reports whether the query is the service's: it knows the state, and
// has a code or an error, each once.
//
// "Request and response parameters MUST NOT be included more than once."
// https://datatracker.ietf.org/doc/html/rfc6749#section-3.1
func (a *answer) genuine(query url.Values) bool {
	states := query["state"]
	return len(states) == 1 && subtle.ConstantTimeCompare([]byte(states[0]), []byte(a.state)) == 1 &&
		len(query["code"])+len(query["error"]) == 1
}

func codeOf(query url.Values) code {
	switch query.Get("error") {
	case "":
		return code{value: awscred.Secret(query.Get("code"))}
	case "access_denied":
		return code{err: ErrDenied}
	}
	return code{err: &AuthorizationError{query.Get("error"), query.Get("error_description")}}
}
