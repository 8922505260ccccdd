// Package sts issues the temporary credentials of a role and verifies the
// requests signed with them, as AWS's Security Token Service does: access keys
// of the ASIA kind, Signature Version 4, GetCallerIdentity.
//
// It knows accounts, permission sets and user names only as the strings of a
// Principal; who may use which role is decided before it is asked.
package sts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"time"
)

// Service issues keys and answers for them. Store, Key and Now must be set.
type Service struct {
	Store Store
	// Key is the server's master key, at least 32 bytes. Secret access keys are
	// derived from it and so never stored: with another Key, every access key
	// issued before stops verifying.
	Key []byte
	Now func() time.Time
	// Region is that of the Identity Center, for a Principal that names none.
	Region string
	Logger *slog.Logger // nil: nothing is logged
}

// Store keeps what is needed to recognise an access key: no secret among it.
type Store interface {
	PutKey(ctx context.Context, key StoredKey) error
	// Key returns ErrNotFound for a key that was never issued or is gone.
	Key(ctx context.Context, accessKeyID string) (StoredKey, error)
}

// ErrNotFound is what a Store answers for an access key that it does not have.
var ErrNotFound = errors.New("no such access key")

// StoredKey is an access key at rest.
type StoredKey struct {
	AccessKeyID string
	TokenHash   []byte // SHA-256 of the session token, 32 bytes
	ARN         string // of the assumed role
	UserID      string // AROA…:USERNAME
	Account     string
	Expires     time.Time
}

const minKeyBytes = 32

// derive is HMAC-SHA256 of the parts under the master key, each part with its
// length before it, so that no two lists of parts give the same input.
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
