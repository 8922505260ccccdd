package signin

import (
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/totp"
	"latchkey/internal/center/web"
)

// Codes of six digits are few: with three of them right at a time, someone who
// has the password hits one in a year with a chance of one in three, and no
// sooner. A browser of the owner's has tries of its own.
var perCode = Limit{Burst: 5, Every: 5 * time.Minute}

// secondWithin is how long a person has for the second factor.
const secondWithin = 5 * time.Minute

// half is a sign-in that still needs its second factor. It stays, sealed, in the
// browser that knew the password, or came back from a provider.
type half struct {
	UserID string
	Method string
	Next   string
	Known  string // proves that the password is still the one that was known
	Until  time.Time
}

func halfPurpose(user directory.User) string {
	return "half " + user.ID + " " + user.PasswordHash
}

// SealingContext is what the secret of a user's second factor is sealed with.
func SealingContext(userID string) string { return "totp of " + userID }

// askSecond shows the page for the code.
func (s *Service) askSecond(w http.ResponseWriter, user directory.User, method, next string) {
	until := s.Now().Add(secondWithin)
	http.SetCookie(w, s.cookie("half", s.seal("half", half{user.ID, method, next, s.Key.Sign(halfPurpose(user)), until}), secondWithin))
	s.secondForm(w, http.StatusOK, user, "")
}

func (s *Service) secondForm(w http.ResponseWriter, status int, user directory.User, alert string) {
	s.Pages.Show(w, status, web.Page{Title: "Enter your code", Alert: alert, Body: web.SecondFactor{Username: user.Name}})
}

// SubmitSecond is POST /sign-in/code.
func (s *Service) SubmitSecond(w http.ResponseWriter, r *http.Request) {
	var h half
	if !s.unsealCookie(r, "half", &h) || !s.Now().Before(h.Until) {
		s.form(w, r, http.StatusForbidden, web.SignIn{}, "That took too long, or began in another browser. Sign in again.")
		return
	}
	user, err := s.Store.UserByID(r.Context(), h.UserID)
	if err == nil && !s.Key.Verify(halfPurpose(user), h.Known) {
		err = ErrNotFound
	}
	if err == nil {
		err = refuseDisabled(user)
	}
	if err == nil {
		err = s.checkSecond(r, user, r.PostFormValue("totp_code"))
	}
	switch wait, tooMany := errors.AsType[tooManyError](err); {
	case tooMany:
		s.record(r, user, h.Method, "throttled")
		retryAfter(w, wait.wait)
		s.secondForm(w, http.StatusTooManyRequests, user, wait.Error())
	case errors.Is(err, ErrWrongPassword):
		s.record(r, user, h.Method, "wrong code")
		s.secondForm(w, http.StatusForbidden, user,
			"That code is not right, or has been used. Wait for the next one; check the clock of the device that shows it.")
	case errors.Is(err, ErrNotFound): // the user, the second factor, or the password that was right
		s.form(w, r, http.StatusForbidden, web.SignIn{Next: h.Next}, changedMeanwhile)
	case err != nil:
		s.refuse(w, r, web.SignIn{Next: h.Next}, user, h.Method, err)
	default:
		http.SetCookie(w, s.cookie("half", "", -time.Second))
		s.welcome(w, r, user, h.Method, h.Next, s.Now())
	}
}

// checkSecond is right once for each code.
func (s *Service) checkSecond(r *http.Request, user directory.User, code string) error {
	ctx := r.Context()
	secret, err := s.secondOf(r, user)
	if err != nil {
		return err
	}
	throttle, try := Throttle{s.Store, s.Now}, Try{"second factor " + user.ID, perCode}
	if id := s.browserID(r, user); id != "" {
		try.Subject = "second factor browser " + id
	}
	if wait, err := throttle.Take(ctx, try); wait > 0 || err != nil {
		return throttled(wait, err)
	}
	step, ok := totp.Check(secret, code, s.Now())
	if !ok {
		return ErrWrongPassword
	}
	err = s.Store.UseTOTP(ctx, user.ID, step)
	if errors.Is(err, ErrNotFound) { // it has been used
		return ErrWrongPassword
	}
	if err != nil {
		return err
	}
	return throttle.GiveBack(ctx, try)
}

// hasSecond reports whether a user is to be asked for a code, wherever they are
// from.
func (s *Service) hasSecond(r *http.Request, user directory.User) (bool, error) {
	_, err := s.Store.TOTP(r.Context(), user.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// secondOf returns the secret of a user's second factor, or ErrNotFound.
func (s *Service) secondOf(r *http.Request, user directory.User) ([]byte, error) {
	sealed, err := s.Store.TOTP(r.Context(), user.ID)
	if err != nil {
		return nil, err
	}
	return s.SecondFactors.Open(sealed, SealingContext(user.ID))
}

// unsealCookie reads what seal put into a cookie of this browser.
func (s *Service) unsealCookie(r *http.Request, kind string, to any) bool {
	cookie, err := r.Cookie(s.cookieName(kind))
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	return err == nil && s.unseal(kind, sealed, to)
}
