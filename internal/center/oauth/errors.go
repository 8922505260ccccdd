package oauth

import (
	"errors"
	"net/http"

	"latchkey/internal/center/web"
)

// Error is an answer that the protocol has a name for.
type Error struct {
	Status      int
	Exception   string // "AuthorizationPendingException"
	Code        string // "authorization_pending"
	Description string
}

func (e *Error) Error() string {
	return e.Exception + ": " + e.Description
}

func invalidRequest(description string) *Error {
	return &Error{http.StatusBadRequest, "InvalidRequestException", "invalid_request", description}
}

func invalidClient(description string) *Error {
	return &Error{http.StatusUnauthorized, "InvalidClientException", "invalid_client", description}
}

func unauthorizedClient(description string) *Error {
	return &Error{http.StatusBadRequest, "UnauthorizedClientException", "unauthorized_client", description}
}

func invalidMetadata(description string) *Error {
	return &Error{http.StatusBadRequest, "InvalidClientMetadataException", "invalid_client_metadata", description}
}

func invalidRedirect(description string) *Error {
	return &Error{http.StatusBadRequest, "InvalidRedirectUriException", "invalid_redirect_uri", description}
}

func invalidScope(description string) *Error {
	return &Error{http.StatusBadRequest, "InvalidScopeException", "invalid_scope", description}
}

func invalidGrant(description string) *Error {
	return &Error{http.StatusBadRequest, "InvalidGrantException", "invalid_grant", description}
}

func unsupportedGrantType(description string) *Error {
	return &Error{http.StatusBadRequest, "UnsupportedGrantTypeException", "unsupported_grant_type", description}
}

func authorizationPending() *Error {
	return &Error{http.StatusBadRequest, "AuthorizationPendingException", "authorization_pending", "Authorization is still pending"}
}

func slowDown(description string) *Error {
	return &Error{http.StatusBadRequest, "SlowDownException", "slow_down", description}
}

func expiredToken() *Error {
	return &Error{http.StatusBadRequest, "ExpiredTokenException", "expired_token", "The device code has expired"}
}

func accessDenied() *Error {
	return &Error{http.StatusBadRequest, "AccessDeniedException", "access_denied", "The request was denied"}
}

// writeError answers with err, or with server_error if it is the center's own
// affair: that one the log tells, not the client.
func (s *Service) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		s.Logger.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "error", err)
		status, sentence := web.Failure(w, err)
		e = &Error{status, "InternalServerException", "server_error", sentence}
	}
	// SDKs take the exception from this header, and from __type without it.
	w.Header().Set("x-amzn-ErrorType", e.Exception)
	web.JSON(w, e.Status, struct {
		Type        string `json:"__type"`
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}{e.Exception, e.Code, e.Description})
}
