package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// signedInLately is how old a sign-in may be that approves a device code. The
// code may be a stranger's, sent to somebody who has been signed in for hours
// and thinks little of one more page: the password makes it a decision.
const signedInLately = 15 * time.Minute

// ShowCode is GET /device: it asks for a code, or shows the one in the address
// to be compared. It decides nothing.
func (s *Service) ShowCode(w http.ResponseWriter, r *http.Request, session signin.Session) {
	typed := r.URL.Query().Get("user_code")
	if typed == "" && s.DeviceFlow != DeviceFlowOff {
		s.codePage(w, http.StatusOK, session, web.Code{}, "")
		return
	}
	g, code, err := s.find(r, session, typed)
	if err != nil {
		s.noCode(w, r, session, err)
		return
	}
	request := s.request(r, g)
	s.codePage(w, http.StatusOK, session, web.Code{UserCode: code, Request: &request, FromLink: fromLink(r)}, "")
}

// Arrive is before the sign-in at GET /device. It writes into the address that a
// link of another site led to the code, which the browser no longer says after
// the sign-in.
func (s *Service) Arrive(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Get("user_code") == "" || r.Header.Get("Sec-Fetch-Site") != "cross-site" || query.Has("link") {
			next(w, r)
			return
		}
		to := url.Values{"user_code": {query.Get("user_code")}, "link": {"1"}}
		http.Redirect(w, r, "/device?"+to.Encode(), http.StatusSeeOther)
	}
}

func fromLink(r *http.Request) bool {
	return r.URL.Query().Has("link") || r.Header.Get("Sec-Fetch-Site") == "cross-site"
}

// SubmitCode is POST /device: the person says that the code is theirs, and is
// asked what to do with it.
func (s *Service) SubmitCode(w http.ResponseWriter, r *http.Request, session signin.Session) {
	g, code, err := s.find(r, session, r.PostFormValue("user_code"))
	if err != nil {
		s.noCode(w, r, session, err)
		return
	}
	if !s.mayApprove(w, r, session, g, code) {
		return
	}
	accounts, err := s.accounts(r.Context(), session)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title: "Allow access?", User: session.User.Name, FormToken: s.SignIn.FormToken(session),
		Body: web.Consent{UserCode: code, Request: s.request(r, g), Accounts: accounts},
	})
}

// Decide is POST /device/consent: the one place where a grant is decided on.
func (s *Service) Decide(w http.ResponseWriter, r *http.Request, session signin.Session) {
	status := map[string]Status{"allow": Approved, "deny": Denied}[r.PostFormValue("decision")]
	g, code, err := s.find(r, session, r.PostFormValue("user_code"))
	if err == nil && status == "" {
		err = ErrNotFound
	}
	if err == nil && status == Approved && !s.mayApprove(w, r, session, g, code) {
		return
	}
	if err == nil {
		d := Decision{Status: status, UserID: session.User.ID, SessionHash: session.Hash}
		err = s.Store.DecideDevice(r.Context(), g.UserCodeMAC, d, s.Now())
	}
	if err == nil {
		err = s.recordDevice(r, session, g, "device code "+string(status), "ok")
		if err != nil { // what is not recorded is not done
			err = errors.Join(err, s.Store.BurnDevice(context.WithoutCancel(r.Context()), g.DeviceHash))
		}
	}
	if err != nil {
		s.noCode(w, r, session, err)
		return
	}
	s.outcome(w, r, session, g, status == Approved)
}

// mayApprove reports whether this session may approve the grant now. If not, it
// has shown why, or asked for the password again.
func (s *Service) mayApprove(w http.ResponseWriter, r *http.Request, session signin.Session, g DeviceGrant, code string) bool {
	if s.DeviceFlow == DeviceFlowSameNetwork && !sameNetwork(g.Address, signin.Address(r)) {
		s.otherNetwork(w, r, session, g, code)
		return false
	}
	if !s.SignIn.Fresh(session, signedInLately) {
		s.SignIn.Again(w, r, session, "/device?user_code="+url.QueryEscape(code))
		return false
	}
	return true
}

func (s *Service) recordDevice(r *http.Request, session signin.Session, g DeviceGrant, action, outcome string) error {
	return s.record(r, audit.Event{
		Action: action, Outcome: outcome, UserID: session.User.ID, User: session.User.Name, Client: g.ClientName,
		Details: map[string]string{"client_id": g.ClientID, "client_address": g.Address},
	})
}

func (s *Service) outcome(w http.ResponseWriter, r *http.Request, session signin.Session, g DeviceGrant, allowed bool) {
	accounts, err := s.accounts(r.Context(), session)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	title := "Request denied"
	if allowed {
		title = "Request approved"
	}
	s.Pages.Show(w, http.StatusOK, web.Page{Title: title, User: session.User.Name,
		Body: web.Outcome{Client: web.Short(g.ClientName), Allowed: allowed, NoAccess: accounts == ""}})
}

func (s *Service) codePage(w http.ResponseWriter, status int, session signin.Session, body web.Code, alert string) {
	title := "Enter the code"
	if body.Request != nil {
		title = "Is this your code?"
	}
	s.Pages.Show(w, status, web.Page{Title: title, User: session.User.Name,
		FormToken: s.SignIn.FormToken(session), Alert: alert, Body: body})
}

func (s *Service) request(r *http.Request, g DeviceGrant) web.Request {
	return web.Request{
		Client:      web.Short(g.ClientName),
		Address:     where(g.Address),
		SameNetwork: sameNetwork(g.Address, signin.Address(r)),
		Age:         web.Age(s.Now().Sub(g.Created)),
	}
}

// accounts says how many the person has, "" for none.
func (s *Service) accounts(ctx context.Context, session signin.Session) (string, error) {
	const enough = 100
	list, err := s.Directory.Accounts(ctx, session.User.ID, 0, enough+1)
	switch n := len(list); {
	case err != nil || n == 0:
		return "", err
	case n == 1:
		return "1 account", nil
	case n > enough:
		return fmt.Sprintf("more than %d accounts", enough), nil
	default:
		return fmt.Sprintf("%d accounts", n), nil
	}
}
