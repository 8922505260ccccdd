// Package totp checks codes of authenticator apps: RFC 6238 with SHA-1, six
// digits and steps of 30 seconds, the only settings that all of those apps know.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	step      = 30 // seconds
	secretLen = 20 // bytes, as long as SHA-1's (RFC 4226, section 4)
	around    = 1  // steps before and after that are right too: clocks differ
)

// NewSecret returns a secret for Check.
func NewSecret() []byte {
	b := make([]byte, secretLen)
	rand.Read(b)
	return b
}

// Text is a secret as a person types it into an app.
func Text(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// URL is a secret as apps read it from a picture: otpauth://totp/ISSUER:USER.
func URL(secret []byte, issuer, user string) string {
	label := url.PathEscape(issuer + ":" + user)
	return "otpauth://totp/" + label + "?secret=" + Text(secret) + "&issuer=" + url.QueryEscape(issuer)
}

// Check returns the time step that code is right for. The caller keeps it from
// being right again.
func Check(secret []byte, code string, now time.Time) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current, right := now.Unix()/step, int64(-1)
	for s := current - around; s <= current+around; s++ {
		if subtle.ConstantTimeCompare([]byte(Code(secret, s)), []byte(code)) == 1 {
			right = s
		}
	}
	return right, right >= 0
}

// Code is the code of a time step (RFC 4226, section 5.3).
func Code(secret []byte, s int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(s)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// Step is the time step of a moment.
func Step(at time.Time) int64 { return at.Unix() / step }
