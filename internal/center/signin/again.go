package signin

import (
	"net/http"
	"net/url"
	"time"
)

// Fresh reports whether the person proved who they are that lately.
func (s *Service) Fresh(session Session, within time.Duration) bool {
	return s.Now().Sub(session.Created) < within
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
