package signin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
	"latchkey/internal/center/web"
)

// Wrong passwords: a few at once for a name, then one now and then; more for an
// address, behind which there may be an office.
var (
	perName    = Limit{Burst: 8, Every: 20 * time.Second}
	perAddress = Limit{Burst: 40, Every: time.Second}
)

// checkWithin is how long a sign-in may wait for its turn.
const checkWithin = 8 * time.Second

// ShowForm is GET /sign-in.
func (s *Service) ShowForm(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.URL.Query().Get("next"))
	if _, err := s.Session(r); err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	s.form(w, http.StatusOK, web.SignIn{Next: next}, "")
}

// SubmitForm is POST /sign-in.
func (s *Service) SubmitForm(w http.ResponseWriter, r *http.Request) {
	form := web.SignIn{
		Username: strings.TrimSpace(r.PostFormValue("username")),
		Next:     localPath(r.PostFormValue("next")),
	}
	user, wait, err := s.signIn(r, form.Username, r.PostFormValue("password"))
	switch {
	case wait > 0:
		s.tooMany(w, form, wait)
	case errors.Is(err, password.ErrBusy):
		s.tooMany(w, form, 5*time.Second)
	case errors.Is(err, ErrNotFound):
		s.form(w, http.StatusForbidden, form, "That user name and password do not belong together. Check both and try again.")
	case err != nil:
		s.Fail(w, r, err)
	default:
		s.welcome(w, r, user, form.Next)
	}
}

// SignOut is POST /sign-out.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request, session Session) {
	if err := s.forget(r.Context(), r); err != nil {
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

func (s *Service) form(w http.ResponseWriter, status int, form web.SignIn, alert string) {
	s.Pages.Show(w, status, web.Page{Title: "Sign in", Alert: alert, Body: form})
}

func (s *Service) tooMany(w http.ResponseWriter, form web.SignIn, wait time.Duration) {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", fmt.Sprint(seconds))
	s.form(w, http.StatusTooManyRequests, form,
		fmt.Sprintf("Too many tries. Wait %d seconds and try again; nothing is locked.", seconds))
}

func (s *Service) welcome(w http.ResponseWriter, r *http.Request, user directory.User, next string) {
	if err := s.begin(w, r, user); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Logger.InfoContext(r.Context(), "signed in", "user", user.Name, "address", Address(r))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// signIn returns ErrNotFound for a wrong name and for a wrong password, after
// the same work. The try counts before the password is looked at, so that many
// at once are not more than many in a row.
func (s *Service) signIn(r *http.Request, name, word string) (directory.User, time.Duration, error) {
	ctx, cancel := context.WithTimeout(r.Context(), checkWithin)
	defer cancel()
	user, err := s.user(ctx, name)
	if err != nil {
		return user, 0, err
	}
	throttle, tries := Throttle{s.Store, s.Now}, s.tries(r, user, name)
	if wait, err := throttle.Take(ctx, tries...); wait > 0 || err != nil {
		return user, wait, err
	}
	ok, err := s.Passwords.Check(ctx, user.PasswordHash, word)
	if err != nil {
		return user, 0, err
	}
	if !ok {
		s.Logger.InfoContext(ctx, "sign-in refused", "user", user.Name, "address", Address(r))
		return directory.User{}, 0, ErrNotFound
	}
	return user, 0, throttle.GiveBack(ctx, tries...)
}

// user returns the zero User for a name that nobody has.
func (s *Service) user(ctx context.Context, name string) (directory.User, error) {
	user, err := s.Store.UserByName(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return directory.User{}, nil
	}
	return user, err
}

// tries has the address first: one that has had its tries uses up nobody's name.
func (s *Service) tries(r *http.Request, user directory.User, name string) []Try {
	tries := []Try{{"password address " + Network(Address(r)), perAddress}}
	if id := s.browserID(r, user); id != "" {
		return append(tries, Try{"password browser " + id, perName})
	}
	if directory.ValidUserName(name) != nil {
		return tries // nobody's name, and strangers choose how long it is
	}
	return append(tries, Try{"password name " + directory.UserKey(name), perName})
}

// MaxPath is how long a path may be that a person comes back to, the query
// included.
const MaxPath = 4096

// localPath returns next if it leads to a page here, else the start page: the
// sign-in must not be a way to send people elsewhere.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || len(next) > MaxPath ||
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/start"
	}
	return next
}
