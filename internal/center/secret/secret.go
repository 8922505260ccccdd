// Package secret makes the values that let their bearer in - tokens, codes,
// cookies, client secrets - and the forms in which they are kept: hashes that
// are of no use to whoever reads the database.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
)

// Token returns 256 random bits as 43 URL-safe characters.
func Token() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ID returns 128 random bits as 32 hexadecimal digits: a name, not a secret.
func ID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Hash is the form in which a value of Token is kept. A plain hash is enough
// for 256 bits that nobody can guess.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Matches reports whether hash is that of token, in constant time.
func Matches(hash []byte, token string) bool {
	return subtle.ConstantTimeCompare(hash, Hash(token)) == 1
}

// A Key is the server's own secret: 32 random bytes, or what Derive makes.
type Key []byte

// NewKey returns a random key.
func NewKey() Key {
	k := make(Key, 32)
	rand.Read(k)
	return k
}

// Derive returns the key for one purpose, so that a value made for one is
// worthless for another.
func (k Key) Derive(purpose string) Key {
	return k.MAC(purpose)
}

// MAC is the form in which short or guessable values are kept or proved:
// without the key, nobody can try them all.
func (k Key) MAC(value string) []byte {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(value))
	return h.Sum(nil)
}

// Sign returns the MAC of value as text.
func (k Key) Sign(value string) string {
	return base64.RawURLEncoding.EncodeToString(k.MAC(value))
}

// Verify reports whether signature is Sign(value), in constant time.
func (k Key) Verify(value, signature string) bool {
	return subtle.ConstantTimeCompare([]byte(k.Sign(value)), []byte(signature)) == 1
}

// ErrUnsealed is what Open says of bytes that Seal did not make for this context.
var ErrUnsealed = errors.New("not sealed with this key")

// Seal encrypts data, for Open with the same key and context: AES-256-GCM with a
// random nonce before it. k must be 32 bytes, as Derive's are.
func (k Key) Seal(data []byte, context string) []byte {
	return k.gcm().Seal(nil, nil, data, []byte(context))
}

// Open decrypts what Seal made, or returns ErrUnsealed.
func (k Key) Open(sealed []byte, context string) ([]byte, error) {
	data, err := k.gcm().Open(nil, nil, sealed, []byte(context))
	if err != nil {
		return nil, ErrUnsealed
	}
	return data, nil
}

func (k Key) gcm() cipher.AEAD {
	block, err := aes.NewCipher(k)
	if err != nil {
		panic(err) // a key of another length is a mistake of this program
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return gcm
}
