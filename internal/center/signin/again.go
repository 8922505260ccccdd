package signin

import (
	"net/http"
	"net/url"
	"time"

	"latchkey/internal/center/directory"
)

// Fresh reports whether the person proved who they are that lately, which a
// session that began without them does not: a provider lets a browser in that it
// knows.
func (s *Service) Fresh(session Session, within time.Duration) bool {
	return s.Now().Sub(session.Proved) < within
}

// Again asks the person of the session to prove once more who they are, and then
// goes on to next.
func (s *Service) Again(w http.ResponseWriter, r *http.Request, _ Session, next string) {
	http.Redirect(w, r, "/sign-in?again=1&next="+url.QueryEscape(next), http.StatusSeeOther)
}

// mustBe returns the id of the user that a form signs in again, "" for anyone.
// Which user that is, only the session says.
func (s *Service) mustBe(r *http.Request) string {
	if r.FormValue("again") == "" {
		return ""
	}
	session, err := s.Session(r)
	if err != nil {
		return ""
	}
	return session.User.ID
}

// confirmed refuses somebody who was sent to a provider to prove again who they
// are and came back without having done so. "If the auth_time Claim was requested
// [...] the Client SHOULD check the auth_time Claim value and request
// re-authentication if it determines too much time has elapsed since the last
// End-User authentication" (OpenID Connect Core 1.0, section 3.1.3.7). What the
// request said proves nothing: it went through the browser.
func (s *Service) confirmed(r *http.Request, method RedirectMethod, user directory.User, proved time.Time) error {
	switch {
	case proved.IsZero():
		s.Logger.WarnContext(r.Context(), "confirmation refused: the provider does not say when the person signed in, or says no time that can be",
			"method", method.Name(), "user", user.Name, "claim", "auth_time")
		return &RefusedError{method.Label() + " does not say when you signed in there, so it cannot confirm that it is you. " +
			"Ask those who run this center for a second factor: its code confirms it."}
	case s.Now().Sub(proved) > awayWithin:
		s.Logger.WarnContext(r.Context(), "confirmation refused: the provider did not ask the person to sign in again",
			"method", method.Name(), "user", user.Name, "auth_time", proved)
		return &RefusedError{method.Label() + " did not ask you to sign in again. Sign out there, then try again."}
	}
	return nil
}
