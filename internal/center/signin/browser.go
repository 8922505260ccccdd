package signin

import (
	"net/http"
	"strings"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
)

// knownFor is how long a browser stays known after a sign-in.
const knownFor = 180 * 24 * time.Hour

// knownBrowser returns a cookie that proves that user signed in here before. It
// lets nobody in: it only gives this browser tries of its own, so that
// strangers who try the name cannot keep its owner out.
func (s *Service) knownBrowser(user directory.User) string {
	id := secret.ID()
	return id + "." + s.Key.Sign(browserPurpose(user, id))
}

// browserID returns the id of a browser that user signed in with, or "".
func (s *Service) browserID(r *http.Request, user directory.User) string {
	cookie, err := r.Cookie(s.cookieName("browser"))
	if err != nil {
		return ""
	}
	id, signature, _ := strings.Cut(cookie.Value, ".")
	if user.ID == "" || !s.Key.Verify(browserPurpose(user, id), signature) {
		return ""
	}
	return id
}

func browserPurpose(user directory.User, id string) string {
	return "browser " + user.ID + " " + id
}
