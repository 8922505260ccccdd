package awsconfig

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidName refuses a name for a new profile, sso-session or services section
// that not every AWS client would read back as it is. Spaces are fine: the
// header is then quoted.
func ValidName(name string) error {
	if err := writable(name); err != nil {
		return fmt.Errorf("the name %w", err)
	}
	switch {
	case name == "":
		return errors.New("the name is empty")
	// botocore would read these back, but the AWS CLI's own writer does not find
	// such a section again and appends another.
	case strings.ContainsAny(name, `]'"\`):
		return errors.New(`the name has one of ] ' " \, which AWS clients read differently`)
	}
	return nil
}

// ValidValue refuses a value that would not be read back as it is.
func ValidValue(value string) error {
	if err := writable(value); err != nil {
		return fmt.Errorf("the value %w", err)
	}
	// botocore keeps them; the AWS SDK for Go cuts the value there.
	if strings.Contains(value, " #") || strings.Contains(value, " ;") {
		return errors.New(`the value has a # or ; after a space, which some AWS clients take for a comment`)
	}
	return nil
}

// validKey refuses a key that would not be read back as it is.
func validKey(key string) error {
	if err := writable(key); err != nil {
		return fmt.Errorf("the key %w", err)
	}
	if key == "" {
		return errors.New("the key is empty")
	}
	if strings.ContainsAny(key, "=:") || strings.ContainsAny(key[:1], "#;[") {
		return fmt.Errorf("the key %q would be read as something else", key)
	}
	return nil
}

// writable refuses what no part of a line can be.
func writable(s string) error {
	switch {
	case !utf8.ValidString(s):
		return errors.New("is not valid UTF-8")
	case strings.IndexFunc(s, isControl) >= 0:
		return errors.New("has a line break or another control character")
	case strip(s) != s:
		return errors.New("begins or ends with a space")
	}
	return nil
}

// isControl also reports the separators that editors show as line breaks.
func isControl(r rune) bool {
	return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || r == 0xfeff
}
