package oauth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// Tries of user codes that turn out wrong. Of 20^8 codes, with 1,000 of them
// alive, all strangers together hit one within 10 minutes in one of 4,000
// cases; one session hits a given one in one of 2^32 (RFC 8628, section 5.1).
var (
	codesPerSession = signin.Limit{Burst: 5, Every: 15 * time.Minute}
	codesPerAddress = signin.Limit{Burst: 20, Every: 30 * time.Second}
	codesInAll      = signin.Limit{Burst: 10, Every: 100 * time.Millisecond}
)

// errThrottled is a code that was not looked up.
type errThrottled struct{ wait time.Duration }

func (e errThrottled) Error() string { return "too many user codes" }

// ShowCode is GET /device: it asks for a code, or shows the one in the address
// to be compared. It decides nothing.
func (s *Service) ShowCode(w http.ResponseWriter, r *http.Request, session signin.Session) {
	typed := r.URL.Query().Get("user_code")
	if typed == "" {
		s.codePage(w, http.StatusOK, session, web.Code{}, "")
		return
	}
	g, code, err := s.find(r, session, typed)
	if err != nil {
		s.noCode(w, r, session, err)
		return
	}
	request := s.request(r, g)
	s.codePage(w, http.StatusOK, session, web.Code{UserCode: code, Request: &request}, "")
}

// SubmitCode is POST /device: the person says that the code is theirs, and is
// asked what to do with it.
func (s *Service) SubmitCode(w http.ResponseWriter, r *http.Request, session signin.Session) {
	g, code, err := s.find(r, session, r.PostFormValue("user_code"))
	if err != nil {
		s.noCode(w, r, session, err)
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
	g, _, err := s.find(r, session, r.PostFormValue("user_code"))
	if err == nil && status == "" {
		err = ErrNotFound
	}
	if err == nil {
		d := Decision{Status: status, UserID: session.User.ID, SessionHash: session.Hash}
		err = s.Store.DecideDevice(r.Context(), g.UserCodeMAC, d, s.Now())
	}
	if err != nil {
		s.noCode(w, r, session, err)
		return
	}
	s.Logger.InfoContext(r.Context(), "device code decided", "decision", status, "user", session.User.Name,
		"client", g.ClientID, "client_name", g.ClientName, "address", signin.Address(r), "client_address", g.Address)
	s.outcome(w, r, session, g, status == Approved)
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
		Body: web.Outcome{Client: g.ClientName, Allowed: allowed, NoAccess: accounts == ""}})
}

// find returns the pending grant of the code that a person typed. A try is
// counted before the code is looked up and given back if it was right.
func (s *Service) find(r *http.Request, session signin.Session, typed string) (DeviceGrant, string, error) {
	ctx := r.Context()
	tries := []signin.Try{
		{Subject: "user code session " + s.Key.Sign(string(session.Hash)), Limit: codesPerSession},
		{Subject: "user code address " + signin.Network(signin.Address(r)), Limit: codesPerAddress},
		{Subject: "user code", Limit: codesInAll},
	}
	wait, err := s.Throttle.Take(ctx, tries...)
	if err != nil {
		return DeviceGrant{}, "", err
	}
	if wait > 0 {
		return DeviceGrant{}, "", errThrottled{wait}
	}
	code, ok := secret.NormalizeUserCode(typed)
	if !ok {
		return DeviceGrant{}, "", ErrNotFound
	}
	g, err := s.Store.PendingDevice(ctx, s.Key.MAC(code), s.Now())
	if err != nil {
		return DeviceGrant{}, "", err
	}
	return g, code, s.Throttle.GiveBack(ctx, tries...)
}

func inWords(wait time.Duration) string {
	if wait > 2*time.Minute {
		return fmt.Sprintf("%d minutes", int(math.Ceil(wait.Minutes())))
	}
	return fmt.Sprintf("%d seconds", int(math.Ceil(wait.Seconds())))
}

// noCode shows the same page for a wrong, an expired and a used code: which of
// them it was is nothing that a guesser should learn.
func (s *Service) noCode(w http.ResponseWriter, r *http.Request, session signin.Session, err error) {
	throttled, ok := errors.AsType[errThrottled](err)
	switch {
	case ok:
		seconds := fmt.Sprint(int(math.Ceil(throttled.wait.Seconds())))
		w.Header().Set("Retry-After", seconds)
		s.codePage(w, http.StatusTooManyRequests, session, web.Code{},
			"Too many wrong codes. The next one counts in "+inWords(throttled.wait)+".")
	case errors.Is(err, ErrNotFound):
		s.codePage(w, http.StatusBadRequest, session, web.Code{},
			"That code is not valid: it is mistyped, too old or already answered. Check it, or start again in your terminal.")
	default:
		s.SignIn.Fail(w, r, err)
	}
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
		Client:      g.ClientName,
		Address:     g.Address,
		SameNetwork: signin.Network(g.Address) == signin.Network(signin.Address(r)),
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
