package sts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"time"
)

// Key is an access key as it is handed out, the only time that its secret and
// its token are seen.
type Key struct {
	AccessKeyID  string // ASIA and 16 of A-Z2-7
	Secret       string // 40 characters
	SessionToken string // URL-safe base64
	ARN          string // of the assumed role: arn:aws:sts::ACCOUNT:assumed-role/ROLE/USER
	UserID       string // AROA…:USER
	Account      string
	Expires      time.Time // whole seconds
}

// MaxDuration is the longest that AWS lets the session of a role last.
const MaxDuration = 12 * time.Hour

// 1,152 random bits. AWS's tokens are several hundred characters too, so a
// client that cannot carry them fails here and not first in production.
const sessionTokenBytes = 144

// Issue makes an access key for p that ends after duration.
func (s *Service) Issue(ctx context.Context, p Principal, duration time.Duration) (Key, error) {
	if len(s.Key) < minKeyBytes {
		return Key{}, fmt.Errorf("the master key of the token service has %d bytes, fewer than %d", len(s.Key), minKeyBytes)
	}
	if duration < time.Second || duration > MaxDuration {
		return Key{}, fmt.Errorf("session duration %v is not between 1s and %v", duration, MaxDuration)
	}
	r, err := s.role(p)
	if err != nil {
		return Key{}, err
	}
	key := Key{
		AccessKeyID:  newAccessKeyID(),
		SessionToken: base64.RawURLEncoding.EncodeToString(randomBytes(sessionTokenBytes)),
		ARN:          r.sessionARN(),
		UserID:       r.id + ":" + r.session,
		Account:      r.account,
		Expires:      s.Now().Add(duration).Truncate(time.Second),
	}
	key.Secret = s.secret(key.AccessKeyID)
	if err := s.Store.PutKey(ctx, key.stored()); err != nil {
		return Key{}, fmt.Errorf("store an access key: %w", err)
	}
	return key, nil
}

func (k Key) stored() StoredKey {
	return StoredKey{
		AccessKeyID: k.AccessKeyID,
		TokenHash:   hashToken(k.SessionToken),
		ARN:         k.ARN,
		UserID:      k.UserID,
		Account:     k.Account,
		Expires:     k.Expires,
	}
}

// secret is the secret access key of an access key id: 240 bits of an HMAC,
// 40 characters of standard base64 as AWS's are.
func (s *Service) secret(accessKeyID string) string {
	return base64.StdEncoding.EncodeToString(s.derive("secret access key", accessKeyID)[:30])
}

func newAccessKeyID() string {
	return "ASIA" + base32.StdEncoding.EncodeToString(randomBytes(10))
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: it ends the program instead
	return b
}
