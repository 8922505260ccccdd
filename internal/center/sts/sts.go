// Package sts issues the temporary credentials of a role and verifies the
// requests signed with them, as AWS's Security Token Service does: access keys
// of the ASIA kind, Signature Version 4, GetCallerIdentity, AssumeRole,
// GetSessionToken, GetAccessKeyInfo. It is the vendor "local".
//
// Nothing is kept of credentials: what they are is sealed in their session token,
// and the secret access key is derived, so that whoever has the server's key can
// verify them. They are good until they expire, as AWS's are, whatever becomes of
// the person and the role in the meantime. Who may use a permission set is
// decided before this package is asked; which roles may be assumed from there,
// its policies decide here.
package sts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"log/slog"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/policy"
	"latchkey/internal/center/secret"
)

// Service issues keys and answers for them. All fields but Logger must be set.
type Service struct {
	Store Store
	// Key is 32 bytes. With another Key, nothing issued before verifies.
	Key    secret.Key
	Now    func() time.Time
	Region string // of the Identity Center
	Audit  audit.Recorder
	Logger *slog.Logger // nil: nothing is logged
}

// Store is what AssumeRole needs to know of the directory.
type Store interface {
	// Policies are those of a permission set that a user has in an account. It
	// returns directory.ErrNotFound if the user has not, or no more, or cannot
	// sign in.
	Policies(ctx context.Context, userID, accountID, permissionSetID string) (policy.Policies, error)
	// HasAccount reports whether the directory has an account with that id.
	HasAccount(ctx context.Context, id string) (bool, error)
}

const minKeyBytes = 32

// derive is HMAC-SHA256 of the parts under the key, each part with its length
// before it, so that no two lists of parts give the same input.
func (s *Service) derive(purpose string, parts ...string) []byte {
	mac := hmac.New(sha256.New, s.Key)
	for _, part := range append([]string{purpose}, parts...) {
		var length [4]byte
		length[0], length[1] = byte(len(part)>>24), byte(len(part)>>16)
		length[2], length[3] = byte(len(part)>>8), byte(len(part))
		mac.Write(length[:])
		io.WriteString(mac, part)
	}
	return mac.Sum(nil)
}
