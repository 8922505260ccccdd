package oauth

import (
	"errors"
	"net/http"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/secret"
)

// graceLasts is how long a used refresh token still gets the answer that it got
// when it was used: of processes that share a file of tokens, two may read it
// before one writes it. Later it means that somebody has a copy.
const graceLasts = 30 * time.Second

// refresh trades a refresh token for a new access token and the next refresh
// token. Both follow from the old one and the server's key, so that the same
// answer can be given again though neither is kept.
func (s *Service) refresh(r *http.Request, c Client, presented string) (any, error) {
	if !c.may(grantRefreshToken) {
		return nil, unauthorizedClient("The client is not registered for refresh tokens")
	}
	if presented == "" {
		return nil, invalidRequest("refreshToken is required")
	}
	t, err := s.Store.RefreshToken(r.Context(), secret.Hash(presented))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, invalidGrant("The refresh token is not known, or its session has ended")
	case err != nil:
		return nil, err
	case t.Family.ClientID != c.ID:
		return nil, s.endFamily(r, c, t, "The refresh token is not this client's")
	case !s.Now().Before(t.Family.Expires):
		return nil, invalidGrant("The session has ended")
	case !t.Used.IsZero():
		return s.again(r, c, t, presented)
	}
	return s.rotate(r, c, t, presented)
}

func (s *Service) rotate(r *http.Request, c Client, t RefreshToken, presented string) (any, error) {
	ctx, now := r.Context(), s.Now()
	out := s.successor(presented)
	next := Tokens{
		AccessHash: secret.Hash(out.AccessToken), RefreshHash: secret.Hash(out.RefreshToken),
		Expires: earlier(now.Add(accessLasts), t.Family.Expires),
	}
	err := s.Store.Rotate(ctx, t.Hash, c.ID, next, now)
	if errors.Is(err, ErrNotFound) { // another request was first
		if t, err = s.Store.RefreshToken(ctx, t.Hash); err == nil {
			return s.again(r, c, t, presented)
		}
		if errors.Is(err, ErrNotFound) {
			return nil, invalidGrant("The session has ended")
		}
	}
	if err != nil {
		return nil, err
	}
	if err := s.recordToken(r, c, "token refreshed", t.UserID, t.UserName); err != nil {
		return nil, err
	}
	return out.lasting(next.Expires.Sub(now)), nil
}

// again answers a refresh token that has been used.
func (s *Service) again(r *http.Request, c Client, t RefreshToken, presented string) (any, error) {
	now := s.Now()
	if now.Sub(t.Used) > graceLasts {
		return nil, s.endFamily(r, c, t, "The refresh token has been used before")
	}
	if err := s.record(r, audit.Event{
		Action: "token refreshed", Outcome: "again", UserID: t.UserID, User: t.UserName, Client: c.Name,
		Details: map[string]string{"client_id": c.ID},
	}); err != nil {
		return nil, err
	}
	expires := earlier(t.Used.Add(accessLasts), t.Family.Expires)
	return s.successor(presented).lasting(expires.Sub(now)), nil
}

func (s *Service) successor(presented string) tokenOutput {
	return tokenOutput{
		AccessToken:  s.Key.Sign("access token after " + presented),
		TokenType:    "Bearer",
		RefreshToken: s.Key.Sign("refresh token after " + presented),
	}
}

// endFamily ends everything that came of the same code: of two who have its
// tokens, one has no right to (RFC 9700, section 4.14.2).
func (s *Service) endFamily(r *http.Request, c Client, t RefreshToken, why string) error {
	if err := s.Store.EndFamily(r.Context(), t.Family.ID); err != nil {
		return err
	}
	s.Logger.WarnContext(r.Context(), "tokens revoked", "client", c.ID, "owner", t.Family.ClientID, "reason", why)
	if err := s.recordWrong(r, c, "token reuse", why, t.UserID); err != nil {
		return err
	}
	return invalidGrant(why)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
