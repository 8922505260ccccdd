package signin

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
	"latchkey/internal/center/web"
)

// ShowForm is GET /sign-in.
func (s *Service) ShowForm(w http.ResponseWriter, r *http.Request) {
	form := web.SignIn{Next: localPath(r.URL.Query().Get("next"))}
	_, err := s.Session(r)
	switch {
	case err == nil && r.URL.Query().Has("again"):
		form.Again = true
	case err == nil:
		http.Redirect(w, r, form.Next, http.StatusSeeOther)
		return
	}
	s.form(w, r, http.StatusOK, form, "")
}

// asked is what a form of the sign-in page carries beside the password.
func (s *Service) asked(r *http.Request) web.SignIn {
	return web.SignIn{
		Username: strings.TrimSpace(r.PostFormValue("username")),
		Next:     localPath(r.PostFormValue("next")),
		Again:    r.PostFormValue("again") != "",
	}
}

// SubmitForm is POST /sign-in.
func (s *Service) SubmitForm(w http.ResponseWriter, r *http.Request) {
	form, same := s.asked(r), s.mustBe(r)
	user, method, err := s.checkPassword(r, form.Username, r.PostFormValue("password"))
	if err == nil && same != "" && same != user.ID {
		err = &RefusedError{"You signed in as somebody else. Sign out here first to change who you are."}
	}
	if err != nil {
		s.refuse(w, r, form, user, method, err)
		return
	}
	switch second, err := s.hasSecond(r, user); {
	case err != nil:
		s.Fail(w, r, err)
	case second:
		s.askSecond(w, user, method, form.Next)
	default:
		s.welcome(w, r, user, method, form.Next, s.Now())
	}
}

// refuse shows why a sign-in did not succeed, and records it. user is whose name
// it was, as far as anyone is.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, form web.SignIn, user directory.User, method string, err error) {
	tooMany, isTooMany := errors.AsType[tooManyError](err)
	refused, isRefused := errors.AsType[*RefusedError](err)
	away, isAway := errors.AsType[awayError](err)
	switch {
	case isTooMany:
		s.record(r, user, method, "throttled")
		retryAfter(w, tooMany.wait)
		s.form(w, r, http.StatusTooManyRequests, form, tooMany.Error())
	case errors.Is(err, password.ErrBusy):
		retryAfter(w, busyFor)
		s.form(w, r, http.StatusTooManyRequests, form, tooManyError{busyFor}.Error())
	case errors.Is(err, ErrWrongPassword):
		s.record(r, user, method, "wrong password")
		s.form(w, r, http.StatusForbidden, form, "That user name and password do not belong together. Check both and try again.")
	case isRefused:
		s.record(r, user, method, "refused")
		s.form(w, r, http.StatusForbidden, form, refused.Message)
	case isAway:
		s.record(r, user, away.method, "method away")
		s.form(w, r, http.StatusServiceUnavailable, form,
			"Where you would sign in does not answer now. Try again in a moment. Administrators of this center can still sign in with the password that they have here.")
	default:
		s.Fail(w, r, err)
	}
}

// record keeps what became of a sign-in; that it could not be kept lets nobody
// in who was not let in already.
func (s *Service) record(r *http.Request, user directory.User, method, outcome string) {
	if err := s.recordEvent(r, "sign-in", user, method, outcome); err != nil {
		s.Logger.ErrorContext(r.Context(), "a refused sign-in was not recorded", "error", err)
	}
}

func (s *Service) recordEvent(r *http.Request, action string, user directory.User, method, outcome string) error {
	e := audit.Event{Action: action, Outcome: outcome, UserID: user.ID, User: user.Name, Address: Address(r)}
	if method != "" {
		e.Details = map[string]string{"method": method}
	}
	return s.Audit.Record(r.Context(), e)
}

// SignOut is POST /sign-out.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request, session Session) {
	err := s.forget(r.Context(), r)
	if err == nil {
		err = s.recordEvent(r, "sign-out", session.User, "", "ok")
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.SetCookie(w, s.cookie("session", "", -time.Second))
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title: "Signed out",
		Body: web.Message{
			Text:     "This browser is signed out. Programs that you allowed stay signed in until they sign out themselves or their time ends.",
			LinkText: "Sign in again", Link: "/sign-in",
		},
	})
}

// form shows the ways to sign in: all of them, or to one who signs in again, the
// one that is theirs.
func (s *Service) form(w http.ResponseWriter, r *http.Request, status int, form web.SignIn, alert string) {
	title := "Sign in"
	form.Next = localPath(form.Next)
	form.Administrators = len(s.Methods.Passwords) == 0 && s.Methods.BuiltIn == Administrators
	for _, m := range s.Methods.Redirects {
		form.Providers = append(form.Providers, web.Provider{Name: m.Name(), Label: m.Label()})
	}
	if session, err := s.Session(r); form.Again && err == nil {
		title, form.Username = "Confirm that it is you", session.User.Name
		form.Providers = slices.DeleteFunc(form.Providers, func(p web.Provider) bool { return p.Name != session.User.Source })
		form.NoPassword = len(form.Providers) > 0
	}
	s.Pages.Show(w, status, web.Page{Title: title, Alert: alert, Body: form})
}

// busyFor is when to try again if too many passwords are being checked.
const busyFor = 5 * time.Second

// tooManyError is a try that was not made.
type tooManyError struct{ wait time.Duration }

func (e tooManyError) Error() string {
	return fmt.Sprintf("Too many tries. Wait %d seconds and try again; nothing is locked.", seconds(e.wait))
}

func throttled(wait time.Duration, err error) error {
	if err != nil {
		return err
	}
	return tooManyError{wait}
}

func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", fmt.Sprint(seconds(wait)))
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// changedMeanwhile is for a user who was disabled, or got another password or
// second factor, while signing in.
const changedMeanwhile = "Your sign-in was changed meanwhile. Sign in again."

// welcome begins the session of somebody who last showed then who they are. It is
// recorded first: nobody is in unrecorded.
func (s *Service) welcome(w http.ResponseWriter, r *http.Request, user directory.User, method, next string, proved time.Time) {
	err := s.recordEvent(r, "sign-in", user, method, "ok")
	if err == nil {
		err = s.begin(w, r, user, proved)
	}
	switch {
	case errors.Is(err, ErrNotFound):
		s.record(r, user, method, "changed meanwhile")
		s.form(w, r, http.StatusForbidden, web.SignIn{Next: next}, changedMeanwhile)
	case err != nil:
		s.Fail(w, r, err)
	default:
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// MaxPath is how long a path may be that a person comes back to, the query
// included. On the way to a provider and back it is in a cookie, sealed, and
// browsers keep none that is longer than 4096 bytes (RFC 6265, section 6.1).
const MaxPath = 2560

// localPath returns next if it leads to a page here, else the start page: the
// sign-in must not be a way to send people elsewhere.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || len(next) > MaxPath || strings.ContainsFunc(next, notOfAddress) ||
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/start"
	}
	return next
}

// notOfAddress reports what no browser sends in an address but in its %XX form,
// and what some of them take for a slash.
func notOfAddress(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
