package web

import (
	"errors"
	"net/http"
)

// Failure returns the status and the sentence for an error that is the center's
// own: 500, or 503 and when to come again for one whose Unavailable says that
// what it needs is away, such as the database. Clients of AWS repeat both.
func Failure(w http.ResponseWriter, err error) (status int, sentence string) {
	if away, ok := errors.AsType[interface {
		error
		Unavailable() bool
	}](err); ok && away.Unavailable() {
		w.Header().Set("Retry-After", "2")
		return http.StatusServiceUnavailable, "The center cannot reach its database. Try again in a moment"
	}
	return http.StatusInternalServerError, "The center could not answer. Try again in a moment"
}
