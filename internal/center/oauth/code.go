package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
)

// codeLasts is for the browser's way back to the client and the client's way
// here: "a maximum authorization code lifetime of 10 minutes is RECOMMENDED"
// (RFC 6749, section 4.1.2).
const codeLasts = 2 * time.Minute

// DecideCode is POST /authorize: the one place where an authorization code is
// made.
func (s *Service) DecideCode(w http.ResponseWriter, r *http.Request, session signin.Session) {
	q, ok := s.unseal(session, r.PostFormValue("request"))
	decision := r.PostFormValue("decision")
	switch {
	case !ok:
		s.dead(w, "The request is too old, or was made in another browser.")
	case decision == "deny":
		if err := s.recordCode(r, session, q, "client denied"); err != nil {
			s.SignIn.Fail(w, r, err)
			return
		}
		s.refuse(w, r, q, &refusal{"access_denied", "the person denied the request"})
	case decision == "allow":
		s.allowCode(w, r, session, q)
	default:
		s.dead(w, "Neither Allow nor Deny was pressed.")
	}
}

func (s *Service) allowCode(w http.ResponseWriter, r *http.Request, session signin.Session, q codeRequest) {
	code, now := secret.Token(), s.Now()
	err := s.Store.PutCode(r.Context(), CodeGrant{
		CodeHash: secret.Hash(code), ClientID: q.ClientID, UserID: session.User.ID, SessionHash: session.Hash,
		RedirectURI: q.RedirectURI, Challenge: q.Challenge, Address: signin.Address(r), Scopes: q.Scopes, Created: now, Expires: now.Add(codeLasts),
	})
	if err == nil {
		err = s.recordCode(r, session, q, "client allowed")
	}
	switch {
	case errors.Is(err, ErrNotFound):
		s.dead(w, "You were signed out meanwhile.")
		return
	case err != nil:
		s.SignIn.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, answerTo(q.RedirectURI, url.Values{"code": {code}, "state": {q.State}}), http.StatusSeeOther)
}

func (s *Service) recordCode(r *http.Request, session signin.Session, q codeRequest, action string) error {
	return s.record(r, audit.Event{
		Action: action, Outcome: "ok", UserID: session.User.ID, User: session.User.Name, Client: q.ClientName,
		Details: map[string]string{"client_id": q.ClientID, "scopes": strings.Join(q.Scopes, " ")},
	})
}

// redeemCode trades a code for tokens. A code that comes with anything wrong, or
// a second time, is in wrong hands: it is burnt, and what it gave ends.
func (s *Service) redeemCode(r *http.Request, c Client, in tokenInput) (any, error) {
	if !c.may(grantAuthorizationCode) {
		return nil, unauthorizedClient("The client is not registered for authorization codes")
	}
	if in.Code == "" {
		return nil, invalidRequest("code is required")
	}
	g, err := s.Store.Code(r.Context(), secret.Hash(in.Code))
	if errors.Is(err, ErrNotFound) {
		return nil, invalidGrant("The authorization code is not known")
	}
	if err != nil {
		return nil, err
	}
	if wrong := s.wrongCode(g, c, in); wrong != "" {
		return nil, s.burnCode(r, c, g, wrong)
	}
	out, err := s.begin(r, c, Family{ID: g.CodeHash, Scopes: g.Scopes}, s.Store.RedeemCode)
	if errors.Is(err, ErrNotFound) {
		return nil, s.burnCode(r, c, g, codeUsed)
	}
	if err == nil {
		err = s.recordToken(r, c, "token", g.UserID, g.UserName)
	}
	return out, err
}

const codeUsed = "The authorization code has been used"

// wrongCode says why the code must not be redeemed by what came with it.
func (s *Service) wrongCode(g CodeGrant, c Client, in tokenInput) string {
	switch {
	case g.Status == Used:
		return codeUsed
	case g.ClientID != c.ID:
		return "The authorization code is not this client's"
	case !s.Now().Before(g.Expires):
		return "The authorization code has expired"
	case g.RedirectURI != in.RedirectURI:
		return "redirectUri is not the one that the code was sent to"
	case !verifierMatches(g.Challenge, in.CodeVerifier):
		return "codeVerifier does not match the challenge"
	}
	return ""
}

// burnCode is once for a code, so that whoever sends it again and again fills
// neither the log nor the audit.
func (s *Service) burnCode(r *http.Request, c Client, g CodeGrant, why string) error {
	err := s.Store.BurnCode(r.Context(), g.CodeHash)
	if errors.Is(err, ErrNotFound) {
		return invalidGrant(why)
	}
	if err != nil {
		return err
	}
	s.Logger.WarnContext(r.Context(), "authorization code burnt", "client", c.ID, "owner", g.ClientID, "reason", why)
	action := "token"
	if why == codeUsed {
		action = "token reuse"
	}
	if err := s.recordWrong(r, c, action, why, g.UserID); err != nil {
		return err
	}
	return invalidGrant(why)
}

// verifierForm is "43*128unreserved" (RFC 7636, section 4.1).
var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// verifierMatches compares "BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))" with
// the challenge (RFC 7636, section 4.6).
func verifierMatches(challenge, verifier string) bool {
	if !verifierForm.MatchString(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
