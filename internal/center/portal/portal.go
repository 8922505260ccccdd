// Package portal is the access portal: its API, which tells the bearer of a
// token what accounts and roles there are and gives credentials for them, and
// its page, which shows the same to a person.
package portal

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

// Store is what the portal needs kept, beside the directory.
type Store interface {
	directory.Store
	// AccountName returns directory.ErrNotFound if there is no such account.
	AccountName(ctx context.Context, id string) (string, error)
	// Token returns oauth.ErrNotFound unless the token lasts beyond now.
	Token(ctx context.Context, hash []byte, now time.Time) (oauth.Token, error)
	// RevokeToken ends the token and the browser session it was allowed in.
	RevokeToken(ctx context.Context, t oauth.Token) error
	// Sessions are a user's browsers and Clients the programs that act for the
	// user beyond now, the newest first.
	Sessions(ctx context.Context, userID string, now time.Time) ([]signin.Session, error)
	Clients(ctx context.Context, userID string, now time.Time) ([]oauth.SignedIn, error)
	// EndSession and EndClient end one of them. What is not this user's they
	// have not found.
	EndSession(ctx context.Context, userID string, hash []byte) error
	EndClient(ctx context.Context, userID string, familyID []byte) error
	// EndOthers ends all of them but one session.
	EndOthers(ctx context.Context, userID string, sessionHash []byte) error
}

// Service answers the portal's API and shows its page. All fields but Console
// must be set.
type Service struct {
	Store   Store
	Vendor  vendor.Vendor
	SignIn  *signin.Service
	Pages   *web.Pages
	Origin  string
	Region  string
	Console Console // nil: there is none
	Audit   audit.Recorder
	Now     func() time.Time
	Logger  *slog.Logger
}

// Error is an answer that the protocol has a name for.
type Error struct {
	Status    int
	Exception string
	Message   string
}

func (e *Error) Error() string {
	return e.Exception + ": " + e.Message
}

func unauthorized() *Error {
	return &Error{http.StatusUnauthorized, "UnauthorizedException", "Session token not found or invalid"}
}

// forbidden is not in the service's model, but is what AWS answers for a role
// that is not assigned.
func forbidden() *Error {
	return &Error{http.StatusForbidden, "ForbiddenException", "No access"}
}

func invalidRequest(message string) *Error {
	return &Error{http.StatusBadRequest, "InvalidRequestException", message}
}

func (s *Service) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		s.Logger.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "error", err)
		status, sentence := web.Failure(w, err)
		e = &Error{status, "InternalServerException", sentence}
	}
	w.Header().Set("x-amzn-ErrorType", e.Exception)
	web.JSON(w, e.Status, struct {
		Message string `json:"message"`
		Type    string `json:"__type"`
	}{e.Message, "com.amazonaws.switchboard.portal#" + e.Exception})
}

// operation makes a handler that knows whose token a request carries.
func (s *Service) operation(do func(r *http.Request, token oauth.Token) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, err := s.bearer(r)
		var out any
		if err == nil {
			out, err = do(r, token)
		}
		switch {
		case err != nil:
			s.writeError(w, r, err)
		case out == nil:
			w.WriteHeader(http.StatusOK)
		default:
			web.JSON(w, http.StatusOK, out)
		}
	}
}

// forRoles keeps tokens out whose scopes are for something else. Clients tell by
// UnauthorizedException that a session is good for its token alone: AWS CLI,
// "Unable to list AWS accounts and/or roles".
func forRoles(do func(*http.Request, oauth.Token) (any, error)) func(*http.Request, oauth.Token) (any, error) {
	return func(r *http.Request, token oauth.Token) (any, error) {
		if !token.ReachesRoles() {
			return nil, &Error{http.StatusUnauthorized, "UnauthorizedException", "Session token has no scope for accounts and roles"}
		}
		return do(r, token)
	}
}

func (s *Service) bearer(r *http.Request) (oauth.Token, error) {
	value := r.Header.Get("x-amz-sso_bearer_token")
	if value == "" {
		return oauth.Token{}, unauthorized()
	}
	token, err := s.Store.Token(r.Context(), secret.Hash(value), s.Now())
	if errors.Is(err, oauth.ErrNotFound) {
		return oauth.Token{}, unauthorized()
	}
	return token, err
}

// MethodNotAllowed answers a request with another method than an operation's.
func (s *Service) MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	s.writeError(w, r, &Error{http.StatusMethodNotAllowed, "MethodNotAllowedException", "Method not allowed"})
}
