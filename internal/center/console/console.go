// Package console is AWS's federation endpoint, by which programs turn the
// credentials of a role into a link that opens the web console:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
//
// Behind the link is no console but a page that says whose it would be: account,
// role, person, until when and at which address. It leads nowhere.
package console

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

// Path is where the endpoint is at the origin.
const Path = "/federation"

// tokenLasts is how long a sign-in token is good: "The token is valid for 15
// minutes".
const tokenLasts = 15 * time.Minute

// Service answers at Path. All fields must be set.
type Service struct {
	Credentials Verifier
	Accounts    Accounts
	Key         secret.Key
	Pages       *web.Pages
	Origin      string
	Audit       audit.Recorder
	Now         func() time.Time
	Logger      *slog.Logger
}

// Verifier knows the center's own credentials.
type Verifier interface {
	// Session returns sts.ErrInvalid or sts.ErrExpired for those that are not good.
	Session(c vendor.Credentials) (sts.Session, error)
}

// Accounts knows the names of accounts.
type Accounts interface {
	// AccountName returns directory.ErrNotFound if there is no such account.
	AccountName(ctx context.Context, id string) (string, error)
}

// token is what a sign-in token says, sealed: whose console, and no key to it.
type token struct {
	ARN    string    `json:"arn"`
	UserID string    `json:"uid"`
	User   string    `json:"user"`
	Until  time.Time `json:"until"` // the end of the console session
	Good   time.Time `json:"good"`  // the end of the token
}

const tokenContext = "console sign-in token"

func (s *Service) seal(session sts.Session, until time.Time) (string, error) {
	data, err := json.Marshal(token{session.ARN, session.UserID, session.User, until, s.Now().Add(tokenLasts)})
	if err != nil {
		return "", fmt.Errorf("sign-in token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.Key.Seal(data, tokenContext)), nil
}

// errToken is a sign-in token that is not good, or not any more.
var errToken = errors.New("sign-in token is not good")

func (s *Service) open(text string) (token, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return token{}, errToken
	}
	data, err := s.Key.Open(sealed, tokenContext)
	if err != nil {
		return token{}, errToken
	}
	var t token
	if err := json.Unmarshal(data, &t); err != nil {
		return token{}, fmt.Errorf("sign-in token: %w", err)
	}
	if now := s.Now(); !now.Before(t.Good) || !now.Before(t.Until) {
		return token{}, errToken
	}
	return t, nil
}

// LoginURL returns an address that opens the console as the role that c are
// credentials of, at destination, "" for the console's first page. It is good for
// 15 minutes, to whoever has it.
func (s *Service) LoginURL(_ context.Context, c vendor.Credentials, destination string) (string, error) {
	session, err := s.Credentials.Session(c)
	if err != nil {
		return "", err
	}
	signIn, err := s.seal(session, session.Expires)
	if err != nil {
		return "", err
	}
	return s.Origin + Path + "?" + url.Values{
		"Action":      {"login"},
		"Issuer":      {s.Origin + "/start"},
		"Destination": {cmp.Or(destination, firstPage(session.ARN))},
		"SigninToken": {signIn},
	}.Encode(), nil
}

// firstPage is the console of the partition that arn is in.
func firstPage(arn string) string {
	switch strings.Split(arn, ":")[1] {
	case "aws-cn":
		return "https://console.amazonaws.cn/"
	case "aws-us-gov":
		return "https://console.amazonaws-us-gov.com/"
	}
	return "https://console.aws.amazon.com/"
}

// ServeHTTP answers both actions, asked for by a query or by a form: a session
// can be too long for an address.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		badRequest(w, "the parameters cannot be read")
		return
	}
	switch action := r.Form.Get("Action"); action {
	case "getSigninToken":
		s.getSigninToken(w, r)
	case "login":
		s.login(w, r)
	default:
		badRequest(w, "Action must be getSigninToken or login")
	}
}

// badRequest is all that AWS says to a program, and the reason.
func badRequest(w http.ResponseWriter, reason string) {
	http.Error(w, "400 Bad Request: "+reason, http.StatusBadRequest)
}
