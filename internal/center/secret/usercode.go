package secret

import (
	"crypto/rand"
	"strings"
)

// alphabet is that of RFC 8628, section 6.1: 20 consonants, so that no code
// spells a word. 8 of them make 20^8 = 2^34.6 codes.
const alphabet = "BCDFGHJKLMNPQRSTVWXZ"

const userCodeLength = 8

// UserCode returns a new code for a person to compare, as XXXX-XXXX.
func UserCode() string {
	code := make([]byte, 0, userCodeLength)
	var random [1]byte
	for len(code) < userCodeLength {
		rand.Read(random[:])
		// 240 is the greatest multiple of 20 in a byte: what lies above would
		// make some letters likelier than others.
		if random[0] < 240 {
			code = append(code, alphabet[random[0]%20])
		}
	}
	return string(code[:4]) + "-" + string(code[4:])
}

// NormalizeUserCode returns the code that a person meant: "the authorization
// server SHOULD ignore case and any punctuation" (RFC 8628, section 6.1). It
// reports false for what cannot be a code.
func NormalizeUserCode(typed string) (code string, ok bool) {
	if len(typed) > 64 {
		return "", false
	}
	letters := make([]byte, 0, userCodeLength)
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r == '-' || r == ' ' || r == '.' || r == '_' || r == '\t':
		case r < 0x80 && strings.IndexByte(alphabet, byte(r)) >= 0 && len(letters) < userCodeLength:
			letters = append(letters, byte(r))
		default:
			return "", false
		}
	}
	if len(letters) != userCodeLength {
		return "", false
	}
	return string(letters[:4]) + "-" + string(letters[4:]), true
}
