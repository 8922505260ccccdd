package awsapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"latchkey/internal/termtext"
)

// A sender is the HTTP client of one service's SDK client. It hands an answer
// on only when it is whole and in the service's protocol; anything else ends
// as an *UnreachableError before the SDK can read meaning into it.
type sender struct {
	http     *http.Client
	xml      bool // the service speaks XML (STS), not JSON
	override bool // the address was configured, not made from the region
	log      func(format string, args ...any)
}

func (c Config) sender(s Service) *sender {
	return &sender{http: c.HTTP, xml: s == STS, override: c.route(s).override != nil, log: c.Log}
}

// A call is one operation, the attempts of which share it through the context.
type call struct {
	operation string
	last      error // *Error or *UnreachableError of the last attempt, nil when it was answered well
}

type callKey struct{}

// Do sends one attempt.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	call, _ := req.Context().Value(callKey{}).(*call)
	start := time.Now()
	resp, err := s.exchange(req, call)
	s.note(req, resp, call.last, time.Since(start))
	return resp, err
}

func (s *sender) exchange(req *http.Request, call *call) (*http.Response, error) {
	call.last = nil
	resp, body, err := s.send(req)
	if err == nil {
		call.last, err = s.judge(call.operation, req.URL, resp, body)
	}
	if err != nil {
		call.last = s.unreachable(call.operation, req.URL, err)
		return resp, call.last
	}
	return resp, nil
}

// send returns the answer with its body read.
func (s *sender) send(req *http.Request) (*http.Response, []byte, error) {
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, body, nil
}

// judge returns the error that the service answered with, or why the answer
// cannot be the service's.
func (s *sender) judge(operation string, u *url.URL, resp *http.Response, body []byte) (answered, foreign error) {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return nil, foreignError{status: resp.StatusCode, what: "a redirect, which is not followed"}
	}
	if what := s.notProtocol(u, resp, body); what != "" {
		return nil, foreignError{status: resp.StatusCode, what: what}
	}
	if resp.StatusCode < 300 {
		return nil, nil
	}
	e := &Error{Operation: operation, Status: resp.StatusCode, RequestID: requestID(resp.Header), Skew: skew(resp.Header)}
	if s.xml {
		e.readXML(body)
	} else {
		e.readJSON(resp.Header, body)
	}
	if e.Code == "" {
		e.Code = strconv.Itoa(e.Status) // as the AWS CLI names it
	}
	if !s.xml {
		// The SDK looks at header and __type alone. With the header it makes
		// the right type of an OAuth error that has neither, too.
		resp.Header.Set(errorTypeHeader, e.Code)
	}
	return e, nil
}

// note writes the line of an attempt for --debug.
func (s *sender) note(req *http.Request, resp *http.Response, result error, took time.Duration) {
	if s.log == nil {
		return
	}
	outcome := "ok"
	if result != nil {
		outcome = result.Error()
	}
	status, id := "-", ""
	if resp != nil {
		status, id = fmt.Sprint(resp.StatusCode), requestID(resp.Header)
	}
	s.log("%s %s: status %s, request id %q, %s, %s", req.Method, loggedURL(req.URL), status,
		termtext.Safe(id), took.Round(time.Millisecond), outcome)
}

// loggedURL shows the query parameters that are known to be no secret.
func loggedURL(u *url.URL) string {
	query := u.Query()
	for key := range query {
		if !slices.Contains([]string{"account_id", "role_name", "max_result"}, key) {
			query[key] = []string{"…"}
		}
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawQuery: query.Encode()}
	return shown.String()
}

// skew reads the Date of an answer. It was written when the answer was, some
// seconds before it is read.
func skew(h http.Header) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return time.Until(date).Truncate(time.Minute)
}

func requestID(h http.Header) string {
	if id := h.Get("x-amzn-RequestId"); id != "" {
		return id
	}
	return h.Get("x-amz-request-id")
}

// budget bounds one call with all its attempts and the waits between them.
const budget = 90 * time.Second

// do runs one call of the service and returns ctx's error, an *Error, an
// *UnreachableError, or why the call could not be made.
func (c *Client) do(ctx context.Context, s Service, operation string, send func(context.Context) error) error {
	if err := c.config.route(s).check(); err != nil {
		return err
	}
	call := &call{operation: operation}
	bounded, cancel := context.WithTimeout(context.WithValue(ctx, callKey{}, call), budget)
	defer cancel()
	err := send(bounded)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if answered, ok := errors.AsType[*Error](call.last); ok {
		answered.Err = err
		return answered
	}
	if call.last != nil {
		return call.last
	}
	return c.misread(s, operation, err)
}
