package sts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/center/vendor"
)

// MaxDuration is the longest that AWS lets the session of a role last.
const MaxDuration = 12 * time.Hour

// ErrUserName is a user name that cannot be the name of a role session.
var ErrUserName = errors.New("user name cannot name a role session: 1 to 64 letters, digits or _+=,.@-")

// Name is how this vendor is called.
func (s *Service) Name() string { return "local" }

// Vend returns credentials of the role that g's permission set is in its account.
func (s *Service) Vend(_ context.Context, g vendor.Grant) (vendor.Credentials, error) {
	switch {
	case g.Duration < time.Second || g.Duration > MaxDuration:
		return vendor.Credentials{}, fmt.Errorf("session duration %v is not between 1s and %v", g.Duration, MaxDuration)
	case !sessionName(g.PermissionSet.Name, 32):
		return vendor.Credentials{}, fmt.Errorf("permission set %q cannot be part of a role name", g.PermissionSet.Name)
	case !sessionName(g.User.Name, 64):
		return vendor.Credentials{}, fmt.Errorf("%w: %q", ErrUserName, g.User.Name)
	}
	r, now := s.permissionSetRole(g.AccountID, g.PermissionSet.Name), s.now()
	return s.credentials(Session{
		ARN: r.sessionARN(g.User.Name), RoleID: s.roleID(r),
		UserID: g.User.ID, User: g.User.Name, PermissionSetID: g.PermissionSet.ID, Home: g.AccountID,
		Source: FromSignIn, Issued: now, Expires: s.Now().Add(g.Duration).UTC().Truncate(time.Second),
	})
}

// now is in whole seconds, as everything in a session token.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Second) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: it ends the program instead
	return b
}
