package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

// credentials are the session as clients write it.
type credentials struct {
	ID    string `json:"sessionId"`
	Key   string `json:"sessionKey"`
	Token string `json:"sessionToken"`
}

func (s *Service) getSigninToken(w http.ResponseWriter, r *http.Request) {
	var c credentials
	if err := json.Unmarshal([]byte(r.Form.Get("Session")), &c); err != nil {
		badRequest(w, "Session must be a JSON object with sessionId, sessionKey and sessionToken")
		return
	}
	session, err := s.Credentials.Session(vendor.Credentials{AccessKeyID: c.ID, SecretAccessKey: c.Key, SessionToken: c.Token})
	switch {
	case errors.Is(err, sts.ErrExpired):
		badRequest(w, "the credentials have expired")
		return
	case errors.Is(err, sts.ErrInvalid):
		badRequest(w, "the credentials are not of this center")
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	until, problem := s.until(session, r.Form["SessionDuration"])
	if problem != "" {
		badRequest(w, problem)
		return
	}
	signIn, err := s.seal(session, until)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	web.JSON(w, http.StatusOK, struct{ SigninToken string }{signIn})
}

// until is when the console session ends: with the credentials, or after a
// duration. "If you use role chaining, do not use the SessionDuration parameter;
// the operation fails."
func (s *Service) until(session sts.Session, duration []string) (until time.Time, problem string) {
	if len(duration) == 0 {
		return session.Expires, ""
	}
	if session.Source != sts.FromSignIn {
		return time.Time{}, "SessionDuration is not for credentials of role chaining; leave it out"
	}
	seconds, err := strconv.Atoi(duration[0])
	if err != nil || seconds < 900 || seconds > 43200 {
		return time.Time{}, "SessionDuration must be a number of seconds from 900 to 43200"
	}
	return s.Now().Add(time.Duration(seconds) * time.Second), ""
}

func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.Logger.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "error", err)
	status, _ := web.Failure(w, err)
	http.Error(w, strconv.Itoa(status)+" "+http.StatusText(status), status)
}
