// Package metadata asks the machine for the credentials that it gives to those
// who run on it: to a container of ECS or EKS, or to an EC2 instance. Of whom
// it asks, what, how often and how patiently is botocore's way, except that no
// proxy is asked: the answer would be another machine's.
//
// It leaves to others when such credentials count (credsource), and keeps none.
package metadata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"latchkey/internal/awscred"
)

// maxBody is the longest answer that is read, in bytes.
const maxBody = 64 << 10

// An Error is a service of the machine that did not give what it was asked for.
type Error struct {
	Service string // what was asked
	Host    string // of its address
	Err     error  // raw
}

func (e *Error) Error() string { return fmt.Sprintf("%s at %s: %v", e.Service, e.Host, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// An answer is one of HTTP, whole.
type answer struct {
	status int
	body   []byte
}

// newClient makes requests that are connected and answered within timeout each.
// A redirect is an answer like any other: what the request carries is for the
// machine alone.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       3 * timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxBody,
			DisableKeepAlives:      true,
		},
	}
}

// ask makes one request. The keys of header are canonical.
func ask(ctx context.Context, c *http.Client, method, address string, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header = header
	req.Header.Set("User-Agent", "latchkey")
	resp, err := c.Do(req)
	if err != nil {
		return answer{}, reason(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, reason(err)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("the answer is longer than %d KiB", maxBody>>10)
	}
	return answer{resp.StatusCode, body}, nil
}

// reason leaves out method and URL, which net/http repeats.
func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// slowAnswer reports whether err is about somebody who was reached and did not
// answer in time.
func slowAnswer(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	op, isOp := errors.AsType[*net.OpError](err)
	return ok && timeout.Timeout() && (!isOp || op.Op != "dial")
}

// given is the object in which both services answer with credentials, or with
// what keeps them from it.
type given struct {
	AccessKeyID     string         `json:"AccessKeyId"`
	SecretAccessKey awscred.Secret `json:"SecretAccessKey"`
	Token           awscred.Secret `json:"Token"`
	Expiration      string         `json:"Expiration"`
	AccountID       string         `json:"AccountId"`
	Code            string         `json:"Code"`
	Message         string         `json:"Message"`
}

// errNoJSON is an answer that may be whole another time.
var errNoJSON = errors.New("the answer is no JSON")

func (a answer) given() (given, error) {
	var g given
	if !json.Valid(a.body) {
		return g, errNoJSON
	}
	if err := json.Unmarshal(a.body, &g); err != nil {
		return given{}, errors.New("the answer has another form than credentials") // err shows what is in it
	}
	return g, nil
}

// said is what the service's own words add to an error, "" for none.
func (g given) said() string {
	switch {
	case g.Code != "" && g.Message != "":
		return ": " + g.Code + ": " + g.Message
	case g.Message != "":
		return ": " + g.Message
	}
	return ""
}

// refused is the error of a status that is not 200.
func (a answer) refused() error {
	g, _ := a.given()
	return fmt.Errorf("answered with status %d%s", a.status, g.said())
}

// lacks names what the answer must hold and does not, "" for nothing.
func (g given) lacks() string {
	for _, field := range [][2]string{
		{"AccessKeyId", g.AccessKeyID}, {"SecretAccessKey", g.SecretAccessKey.Reveal()},
		{"Token", g.Token.Reveal()}, {"Expiration", g.Expiration},
	} {
		if field[1] == "" {
			return field[0]
		}
	}
	return ""
}

// credentials returns what was given, if that is all that it must be.
func (g given) credentials() (awscred.Credentials, error) {
	if field := g.lacks(); field != "" {
		return awscred.Credentials{}, fmt.Errorf("the answer has no %s%s", field, g.said())
	}
	expiration, err := time.Parse(time.RFC3339, g.Expiration)
	if err != nil {
		return awscred.Credentials{}, errors.New("the answer has an Expiration that is no time")
	}
	return awscred.Credentials{
		AccessKeyID: g.AccessKeyID, SecretAccessKey: g.SecretAccessKey, SessionToken: g.Token,
		Expiration: expiration.UTC(), AccountID: g.AccountID,
	}, nil
}
