package directory

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of an account's role session, AWS's own for permission sets.
const (
	MinSessionDuration = time.Hour
	MaxSessionDuration = 12 * time.Hour
)

// ValidUserName reports why name cannot be a user's. The name becomes the role
// session name in every ARN, so AWS's rule for that is the rule here.
func ValidUserName(name string) error {
	if !roleWord(name, 64) {
		return errors.New("must be 1 to 64 letters, digits or any of _+=,.@-")
	}
	return nil
}

// ValidPermissionSetName reports why name cannot be a permission set's: with
// AWSReservedSSO_ before and 16 digits after it, the role's name has 64 at most.
func ValidPermissionSetName(name string) error {
	if !roleWord(name, 32) {
		return errors.New("must be 1 to 32 letters, digits or any of _+=,.@-")
	}
	return nil
}

// ValidAccountID reports why id cannot be an AWS account's.
func ValidAccountID(id string) error {
	if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
		return errors.New("must be 12 digits")
	}
	return nil
}

// ValidName reports why text cannot be the name of a group or an account.
func ValidName(text string) error {
	if text == "" {
		return errors.New("must not be empty")
	}
	return ValidLabel(text, 128)
}

// ValidEmail reports why text cannot be an address, which may be missing. The
// longest has 320 characters (RFC 5321, section 4.5.3.1). That one arrives only a
// letter to it can tell: here it is kept from being something else.
func ValidEmail(text string) error {
	if err := ValidLabel(text, 320); err != nil {
		return err
	}
	local, domain, _ := strings.Cut(text, "@")
	if text != "" && (local == "" || domain == "" || strings.Contains(domain, "@") || strings.ContainsAny(text, " <>,;:\"")) {
		return errors.New("must look like alice@example.com")
	}
	return nil
}

// ValidLabel reports why text cannot be shown as a name or an address: it would
// break the line it stands in.
func ValidLabel(text string, max int) error {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > max {
		return errors.New("is too long or not UTF-8")
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return errors.New("must not contain control or invisible characters")
		}
	}
	return nil
}

// UserKey is the form in which user names are compared: two people must not
// differ by letter case alone.
func UserKey(name string) string {
	return strings.ToLower(name)
}

func roleWord(s string, max int) bool {
	if s == "" || len(s) > max {
		return false
	}
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && strings.IndexByte("_+=,.@-", c) < 0 {
			return false
		}
	}
	return true
}
