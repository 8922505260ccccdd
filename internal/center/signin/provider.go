package signin

import (
	"context"
	"crypto/subtle"
	"net/http"
	"slices"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/web"
)

// awayWithin is how long a person may be at a provider.
const awayWithin = 10 * time.Minute

// trip is a sign-in at a provider, kept, sealed, in the browser that began it:
// an answer that comes back to another browser signs nobody in there.
type trip struct {
	Method string
	Flow   Flow
	Next   string
	Same   string // the id of the user that it must be, "" for anyone
	Until  time.Time
}

// Leave is POST /sign-in/{method}: it sends the browser to the provider.
func (s *Service) Leave(w http.ResponseWriter, r *http.Request) {
	method, ok := s.redirect(r.PathValue("method"))
	if !ok {
		s.form(w, r, http.StatusNotFound, web.SignIn{}, "There is no such way to sign in.")
		return
	}
	form, same := s.asked(r), s.mustBe(r)
	address, flow, err := s.depart(r, method, same != "")
	if err != nil {
		s.refuse(w, r, form, directory.User{}, method.Name(), err)
		return
	}
	t := trip{method.Name(), flow, form.Next, same, s.Now().Add(awayWithin)}
	http.SetCookie(w, s.cookie("trip", s.seal("trip", t), awayWithin))
	// A redirect would need the provider in the policy for forms of the page
	// before, which is shown before anyone chose a provider.
	w.Header().Set("Refresh", "0; url="+address)
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title: "On to " + method.Label(),
		Body:  web.Message{Text: "You sign in there and come back here.", LinkText: "Continue to " + method.Label(), Link: address},
	})
}

// Return is GET /sign-in/{method}/callback: what came back from the provider.
func (s *Service) Return(w http.ResponseWriter, r *http.Request) {
	method, ok := s.redirect(r.PathValue("method"))
	var t trip
	if !ok || !s.unsealCookie(r, "trip", &t) || t.Method != method.Name() || !s.Now().Before(t.Until) ||
		subtle.ConstantTimeCompare([]byte(t.Flow.State), []byte(r.URL.Query().Get("state"))) != 1 {
		s.form(w, r, http.StatusForbidden, web.SignIn{}, "That sign-in took too long, or began in another browser. Begin it again here.")
		return
	}
	http.SetCookie(w, s.cookie("trip", "", -time.Second))
	user, proved, err := s.arrived(r, method, t)
	second := false
	if err == nil {
		second, err = s.hasSecond(r, user)
	}
	if err == nil && t.Same != "" && !second { // a code confirms it, whatever the provider does
		err = s.confirmed(r, method, user, proved)
	}
	switch {
	case err != nil:
		s.refuse(w, r, web.SignIn{Next: t.Next, Again: t.Same != ""}, user, method.Name(), err)
	case second:
		s.askSecond(w, user, method.Name(), t.Next)
	default:
		s.welcome(w, r, user, method.Name(), t.Next, proved)
	}
}

// depart returns where to send the browser, and what must still be known when
// it comes back.
func (s *Service) depart(r *http.Request, method RedirectMethod, fresh bool) (address string, flow Flow, err error) {
	err = s.ask(r, func(ctx context.Context) error {
		address, flow, err = method.Start(ctx, s.callback(method), fresh)
		return s.told(ctx, method.Name(), err)
	})
	return address, flow, err
}

// arrived returns who came back, and when they last showed the provider that it
// is them.
func (s *Service) arrived(r *http.Request, method RedirectMethod, t trip) (user directory.User, proved time.Time, err error) {
	err = s.ask(r, func(ctx context.Context) error {
		identity, err := method.Finish(ctx, s.callback(method), t.Flow, r.URL.Query())
		if err != nil {
			return s.told(ctx, method.Name(), err)
		}
		identity.Method, proved = method.Name(), identity.Proved
		user, err = s.link(ctx, identity)
		return err
	})
	if err == nil && t.Same != "" && t.Same != user.ID {
		err = &RefusedError{"You signed in as somebody else. Sign out here first to change who you are."}
	}
	return user, proved, err
}

// ask puts a question to a provider, unless that turned out ill too often for
// the address: it has as many tries as with passwords. Anybody can begin a
// sign-in, and each one costs the provider a request and the audit a record.
func (s *Service) ask(r *http.Request, question func(ctx context.Context) error) error {
	ctx, throttle := r.Context(), Throttle{s.Store, s.Now}
	try := Try{"provider address " + Network(Address(r)), perAddress}
	if wait, err := throttle.Take(ctx, try); wait > 0 || err != nil {
		return throttled(wait, err)
	}
	if err := question(ctx); err != nil {
		return err
	}
	return throttle.GiveBack(ctx, try)
}

func (s *Service) redirect(name string) (RedirectMethod, bool) {
	i := slices.IndexFunc(s.Methods.Redirects, func(m RedirectMethod) bool { return m.Name() == name })
	if i < 0 {
		return nil, false
	}
	return s.Methods.Redirects[i], true
}

// callback is what the provider must be told to send the browser back to.
func (s *Service) callback(m RedirectMethod) string {
	return s.Origin + "/sign-in/" + m.Name() + "/callback"
}
