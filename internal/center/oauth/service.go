package oauth

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// Service answers clients and shows the pages that decide on their requests.
// All fields but DeviceFlow must be set.
type Service struct {
	Store      Store
	Directory  directory.Store
	SignIn     *signin.Service
	Throttle   signin.Throttle
	Pages      *web.Pages
	Key        secret.Key // for user codes, requests and refreshed tokens
	Origin     string
	StartURLs  StartURLs
	DeviceFlow DeviceFlow
	Audit      audit.Recorder
	Now        func() time.Time
	Logger     *slog.Logger

	pace pace
}

// answer makes a handler of an operation that reads a JSON object of type In
// and returns what to answer.
func answer[In any](s *Service, operation func(r *http.Request, in In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		out, err := any(nil), readJSON(r, &in)
		if err == nil {
			out, err = operation(r, in)
		}
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		web.JSON(w, http.StatusOK, out)
	}
}

// Register, StartDevice and CreateToken are the operations of SSO OIDC.
func (s *Service) Register() http.HandlerFunc    { return answer(s, s.register) }
func (s *Service) StartDevice() http.HandlerFunc { return answer(s, s.startDevice) }
func (s *Service) CreateToken() http.HandlerFunc { return answer(s, s.createToken) }

// readJSON reads the one object in the body of r, whose size the server has
// limited. Keys that it does not know are left to newer clients.
func readJSON(r *http.Request, in any) error {
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &Error{http.StatusRequestEntityTooLarge, "InvalidRequestException", "invalid_request", "The body is too large"}
	}
	if err != nil {
		return invalidRequest("The body could not be read")
	}
	if err := json.Unmarshal(body, in); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			return invalidRequest("Wrong type for " + wrong.Field)
		}
		return invalidRequest("The body is not the JSON object of this operation")
	}
	return nil
}

// client returns the registered client that id and clientSecret are those of.
func (s *Service) client(r *http.Request, id, clientSecret string) (Client, error) {
	if id == "" || clientSecret == "" {
		return Client{}, invalidRequest("clientId and clientSecret are required")
	}
	c, err := s.Store.Client(r.Context(), id)
	switch {
	case errors.Is(err, ErrNotFound):
		return c, invalidClient("The client is not registered")
	case err != nil:
		return c, err
	case !secret.Matches(c.SecretHash, clientSecret):
		return c, invalidClient("The client secret is wrong")
	case !s.Now().Before(c.Expires):
		return c, invalidClient("The client's registration has expired")
	}
	return c, nil
}
