package oauth

import (
	"net/http"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/signin"
)

// record keeps an event with the address that it came from.
func (s *Service) record(r *http.Request, e audit.Event) error {
	e.Address = signin.Address(r)
	return s.Audit.Record(r.Context(), e)
}

// recordToken keeps that a client got an access token, and whose it is.
func (s *Service) recordToken(r *http.Request, c Client, action, userID, userName string) error {
	return s.record(r, audit.Event{
		Action: action, Outcome: "ok", UserID: userID, User: userName, Client: c.Name,
		Details: map[string]string{"client_id": c.ID},
	})
}

// recordWrong keeps that a client came with a code or token which it should not
// have. The user is the one that it would have acted for.
func (s *Service) recordWrong(r *http.Request, c Client, action, why, userID string) error {
	return s.record(r, audit.Event{
		Action: action, Outcome: why, UserID: userID, Client: c.Name, Details: map[string]string{"client_id": c.ID},
	})
}
