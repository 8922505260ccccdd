package portal

import (
	"context"
	"errors"
	"net/http"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

// Console makes links into a web console.
type Console interface {
	// LoginURL returns an address that opens the console with the credentials, at
	// the destination, "" for its first page. It is good once or for minutes.
	LoginURL(ctx context.Context, c vendor.Credentials, destination string) (string, error)
}

// ShowCredentials is POST /start/credentials: the keys of one role, on a page that
// is kept nowhere.
func (s *Service) ShowCredentials(w http.ResponseWriter, r *http.Request, session signin.Session) {
	c, set, ok := s.take(w, r, session)
	if !ok {
		return
	}
	account := r.PostFormValue("account_id")
	name, err := s.Store.AccountName(r.Context(), account)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title: "Temporary credentials",
		User:  session.User.Name,
		Body: web.Credentials{
			Account: web.Account{ID: account, Name: name}, Role: set.Name,
			Expires: web.Moment(c.Expires), Lasts: web.Length(c.Expires.Sub(s.Now()).Round(time.Minute)),
			Forms: forms(account+"_"+set.Name, c),
		},
	})
}

// OpenConsole is POST /start/console: it leads to the console as a role,
// where its permission set says.
func (s *Service) OpenConsole(w http.ResponseWriter, r *http.Request, session signin.Session) {
	if s.Console == nil {
		s.noRole(w, session, "This center opens no console.")
		return
	}
	c, set, ok := s.take(w, r, session)
	if !ok {
		return
	}
	address, err := s.Console.LoginURL(r.Context(), c, set.RelayState)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// take gives the credentials that a form asks for, or has shown why not.
func (s *Service) take(w http.ResponseWriter, r *http.Request, session signin.Session) (vendor.Credentials, directory.PermissionSet, bool) {
	a := asked{User: session.User, Account: r.PostFormValue("account_id"), Role: r.PostFormValue("role_name")}
	if directory.ValidAccountID(a.Account) != nil || directory.ValidPermissionSetName(a.Role) != nil {
		s.noRole(w, session, "That is no account and role.")
		return vendor.Credentials{}, directory.PermissionSet{}, false
	}
	c, set, err := s.vend(r, a)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		s.noRole(w, session, "You do not have that role in that account, or not any more.")
	case err != nil:
		s.SignIn.Fail(w, r, err)
	}
	return c, set, err == nil
}

func (s *Service) noRole(w http.ResponseWriter, session signin.Session, alert string) {
	s.Pages.Show(w, http.StatusForbidden, web.Page{
		Title: "Nothing was given", User: session.User.Name, Alert: alert,
		Body: web.Message{LinkText: "Go to your accounts", Link: "/start"},
	})
}
