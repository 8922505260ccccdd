package oauth

import (
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

// errFlowOff is a code where there are none.
var errFlowOff = errors.New("the device flow is off")

// find returns the pending grant of the code that a person typed. A try is
// counted before the code is looked up and given back if it was right.
func (s *Service) find(r *http.Request, session signin.Session, typed string) (DeviceGrant, string, error) {
	if s.DeviceFlow == DeviceFlowOff {
		return DeviceGrant{}, "", errFlowOff
	}
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
	case errors.Is(err, errFlowOff):
		s.flowOff(w, session)
	case errors.Is(err, ErrNotFound):
		s.codePage(w, http.StatusBadRequest, session, web.Code{},
			"That code is not valid: it is mistyped, too old or already answered. Check it, or start again in your terminal.")
	default:
		s.SignIn.Fail(w, r, err)
	}
}
