package portal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// Devices is GET /start/devices: where the person is signed in.
func (s *Service) Devices(w http.ResponseWriter, r *http.Request, session signin.Session) {
	s.devicesPage(w, r, session, http.StatusOK, web.Page{}, "")
}

// EndDevice is POST /start/devices: it signs one of them out, or all others.
func (s *Service) EndDevice(w http.ResponseWriter, r *http.Request, session signin.Session) {
	kind := r.PostFormValue("kind")
	id, err := hex.DecodeString(r.PostFormValue("id"))
	done, ok := map[string]string{
		"browser": "That browser is signed out.",
		"program": "That program is signed out.",
		"others":  "Everything but this browser is signed out.",
	}[kind]
	if err != nil || !ok {
		s.devicesPage(w, r, session, http.StatusBadRequest, web.Page{Alert: "Nothing was signed out: the form is broken."}, "")
		return
	}
	err = s.end(r.Context(), session, kind, id)
	if errors.Is(err, signin.ErrNotFound) || errors.Is(err, oauth.ErrNotFound) {
		s.devicesPage(w, r, session, http.StatusNotFound, web.Page{Alert: "That is not signed in for you, or not any more."}, "")
		return
	}
	if err == nil {
		err = s.recordSignOut(r, audit.Event{UserID: session.User.ID, User: session.User.Name}, kind)
	}
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.devicesPage(w, r, session, http.StatusOK, web.Page{}, done)
}

func (s *Service) end(ctx context.Context, session signin.Session, kind string, id []byte) error {
	switch kind {
	case "browser":
		return s.Store.EndSession(ctx, session.User.ID, id)
	case "program":
		return s.Store.EndClient(ctx, session.User.ID, id)
	default:
		return s.Store.EndOthers(ctx, session.User.ID, session.Hash)
	}
}

func (s *Service) recordSignOut(r *http.Request, e audit.Event, what string) error {
	e.Action, e.Outcome, e.Address = "sign-out", "ok", signin.Address(r)
	e.Details = map[string]string{"what": what}
	return s.Audit.Record(r.Context(), e)
}

func (s *Service) devicesPage(w http.ResponseWriter, r *http.Request, session signin.Session, status int, page web.Page, done string) {
	sessions, err := s.Store.Sessions(r.Context(), session.User.ID, s.Now())
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	clients, err := s.Store.Clients(r.Context(), session.User.ID, s.Now())
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	body := web.Devices{Done: done, Others: len(sessions)+len(clients) > 1}
	for _, one := range sessions {
		d := s.device(one.Hash, capital(cmp.Or(one.Browser, "a browser")), one.Address, one.Created, one.Expires)
		if d.Here = bytes.Equal(one.Hash, session.Hash); d.Here {
			body.Browsers = append([]web.Device{d}, body.Browsers...)
			continue
		}
		body.Browsers = append(body.Browsers, d)
	}
	for _, one := range clients {
		body.Programs = append(body.Programs, s.device(one.FamilyID, web.Short(one.ClientName), one.Address, one.Created, one.Expires))
	}
	page.Title, page.User, page.FormToken, page.Body = "Your signed-in devices", session.User.Name, s.SignIn.FormToken(session), body
	s.Pages.Show(w, status, page)
}

func (s *Service) device(id []byte, name, address string, created, expires time.Time) web.Device {
	return web.Device{
		ID: hex.EncodeToString(id), Name: name, Address: strings.Replace(address, "unknown", "an unknown address", 1),
		Since: web.Age(s.Now().Sub(created)), Until: web.Moment(expires),
	}
}

// capital makes the first letter of text, of ASCII, a capital one.
func capital(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}
