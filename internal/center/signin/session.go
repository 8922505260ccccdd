package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/web"
)

// Service shows the sign-in page and knows who is signed in. All exported fields
// must be set.
type Service struct {
	Store     Store
	Passwords *password.Hasher
	Pages     *web.Pages
	Methods   Methods
	Audit     audit.Recorder
	Origin    string     // that providers send browsers back to
	Key       secret.Key // proves form tokens and known browsers, seals cookies
	// SecondFactors opens the secrets of second factors.
	SecondFactors secret.Key
	Secure        bool // cookies are for https alone
	Now           func() time.Time
	Logger        *slog.Logger

	warned sync.Map // groups that are missing: told once, and few, as operators name them
}

// Session returns the session of the browser that sent r, or ErrNotFound.
func (s *Service) Session(r *http.Request) (Session, error) {
	cookie, err := r.Cookie(s.cookieName("session"))
	if err != nil {
		return Session{}, ErrNotFound
	}
	session, err := s.Store.Session(r.Context(), secret.Hash(cookie.Value), s.Now())
	if err == nil && session.User.Disabled { // while the sign-in was under way
		return Session{}, ErrNotFound
	}
	return session, err
}

// Handler answers a request of somebody who is signed in.
type Handler func(w http.ResponseWriter, r *http.Request, session Session)

// Require lets signed-in people through to h and asks all others to sign in
// first; they come back to the page that they asked for.
func (s *Service) Require(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, err := s.Session(r)
		switch {
		case errors.Is(err, ErrNotFound):
			next := r.URL.Path
			if r.Method == http.MethodGet {
				next = r.URL.RequestURI()
			}
			http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(next), http.StatusSeeOther)
		case err != nil:
			s.Fail(w, r, err)
		default:
			h(w, r, session)
		}
	}
}

// RequireForm is Require for a form of a page that this session was shown: it
// carries the session's form token, which no other site can know.
func (s *Service) RequireForm(h Handler) http.HandlerFunc {
	return s.Require(func(w http.ResponseWriter, r *http.Request, session Session) {
		if !s.Key.Verify(formPurpose(session), r.PostFormValue("form_token")) {
			s.Pages.Show(w, http.StatusForbidden, web.Page{
				Title: "That form is out of date",
				User:  session.User.Name,
				Alert: "Nothing was done. Go back, load the page again and repeat it there.",
				Body:  web.Message{LinkText: "Enter a code", Link: "/device"},
			})
			return
		}
		h(w, r, session)
	})
}

// FormToken is what a form for RequireForm carries in its field form_token.
func (s *Service) FormToken(session Session) string {
	return s.Key.Sign(formPurpose(session))
}

func formPurpose(session Session) string {
	return "form " + string(session.Hash)
}

// Fail shows the page for an error that is the center's own.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, err error) {
	s.Logger.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
	status, sentence := web.Failure(w, err)
	s.Pages.Show(w, status, web.Page{
		Title: "Something went wrong here",
		Alert: sentence + ".",
		Body:  web.Message{},
	})
}

// begin makes a session and gives its cookie to the browser. The one that the
// browser had ends: an id from before the sign-in must not be good after it.
func (s *Service) begin(w http.ResponseWriter, r *http.Request, user directory.User, proved time.Time) error {
	if err := s.forget(r.Context(), r); err != nil {
		return err
	}
	lasts, err := s.Store.SignInSession(r.Context())
	if err != nil {
		return err
	}
	token, now := secret.Token(), s.Now()
	if proved.After(now) { // by a provider's clock
		proved = now
	}
	err = s.Store.PutSession(r.Context(), Session{
		Hash: secret.Hash(token), User: user, Address: Address(r), Browser: product(r),
		Proved: proved, Created: now, Expires: now.Add(lasts),
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie("session", token, lasts))
	http.SetCookie(w, s.cookie("browser", s.knownBrowser(user), knownFor))
	return nil
}

func (s *Service) forget(ctx context.Context, r *http.Request) error {
	cookie, err := r.Cookie(s.cookieName("session"))
	if err != nil {
		return nil
	}
	return s.Store.DeleteSession(ctx, secret.Hash(cookie.Value))
}

func (s *Service) cookie(kind, value string, lasts time.Duration) *http.Cookie {
	return &http.Cookie{
		Name:     s.cookieName(kind),
		Value:    value,
		Path:     "/",
		MaxAge:   int(lasts.Seconds()),
		Secure:   s.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// cookieName has the prefix that binds a cookie to its host, which browsers
// take over https alone.
func (s *Service) cookieName(kind string) string {
	if s.Secure {
		return "__Host-latchkey_" + kind
	}
	return "latchkey_" + kind
}
