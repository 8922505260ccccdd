package directory

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"latchkey/internal/center/policy"
)

// AWS's limits of a permission set: the shapes of the sso-admin API and
// https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
const (
	maxDescription     = 700
	maxRelayState      = 240
	maxManagedPolicies = 20
	maxInlinePolicy    = 32768
	maxInlineVisible   = 10240 // characters that are not white space
	maxTags            = 75
	maxTagKey          = 128
	maxTagValue        = 256
)

// Check reports what of a user cannot be.
func (u User) Check() error {
	return errors.Join(about("name", u.Name, ValidUserName), about("email", u.Email, ValidEmail))
}

// Check reports what of a group cannot be.
func (g Group) Check() error {
	return about("name", g.Name, ValidName)
}

// Check reports what of an account cannot be.
func (a Account) Check() error {
	return errors.Join(about("id", a.ID, ValidAccountID), about("name", a.Name, ValidName), about("email", a.Email, ValidEmail))
}

// Check reports what of a permission set cannot be.
func (s PermissionSet) Check() error {
	return errors.Join(
		about("name", s.Name, ValidPermissionSetName),
		about("description", s.Description, ValidDescription),
		about("relay state", s.RelayState, ValidRelayState),
		s.checkDuration(),
		ValidManagedPolicies(s.ManagedPolicies),
		ValidInlinePolicy(s.InlinePolicy),
		ValidTags(s.Tags),
	)
}

func (s PermissionSet) checkDuration() error {
	if s.SessionDuration < MinSessionDuration || s.SessionDuration > MaxSessionDuration {
		return fmt.Errorf("session duration %v is not from 1h to 12h", s.SessionDuration)
	}
	return nil
}

func about(what, value string, valid func(string) error) error {
	if err := valid(value); err != nil {
		return fmt.Errorf("%s %q %w", what, value, err)
	}
	return nil
}

// ValidDescription reports why text cannot describe a permission set.
func ValidDescription(text string) error {
	return ValidLabel(text, maxDescription)
}

// ValidRelayState reports why text cannot be where a console opens: an https
// address of AWS's, or a path of the center's own. Elsewhere, a person would be
// sent to a stranger's page with the center's word for it.
func ValidRelayState(text string) error {
	switch {
	case text == "":
		return nil
	case len(text) > maxRelayState:
		return fmt.Errorf("is longer than %d characters", maxRelayState)
	case !relayStateForm.MatchString(text):
		return errors.New("has characters that AWS does not take in one")
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || !ownPath(u, text) && !consoleURL(u) {
		return errors.New("must be an https address of AWS's, such as https://eu-central-1.console.aws.amazon.com/s3, or a path of this center")
	}
	return nil
}

var relayStateForm = regexp.MustCompile(`^[a-zA-Z0-9&$@#/%?=~\-_'"|!:,.;*+\[\] (){}]+$`)

func ownPath(u *url.URL, text string) bool {
	return u.Scheme == "" && u.Host == "" && strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//")
}

func consoleURL(u *url.URL) bool {
	if u.Scheme != "https" || u.Port() != "" {
		return false
	}
	for _, domain := range []string{"aws.amazon.com", "amazonaws-us-gov.com", "amazonaws.cn"} {
		if u.Host == domain || strings.HasSuffix(u.Host, "."+domain) {
			return true
		}
	}
	return false
}

var managedPolicyForm = regexp.MustCompile(`^arn:aws(-[a-z]{1,5}){0,3}:iam::aws:policy(/[A-Za-z0-9.,+@=_-]+)+$`)

// ValidManagedPolicies reports why these cannot be the ARNs of AWS's policies.
func ValidManagedPolicies(arns []string) error {
	if len(arns) > maxManagedPolicies {
		return fmt.Errorf("there are more than %d managed policies", maxManagedPolicies)
	}
	for i, arn := range arns {
		switch {
		case len(arn) > 2048 || !managedPolicyForm.MatchString(arn):
			return fmt.Errorf("managed policy %q must look like arn:aws:iam::aws:policy/ReadOnlyAccess", clip(arn))
		case slices.Contains(arns[:i], arn):
			return fmt.Errorf("managed policy %q is there twice", arn)
		}
	}
	return nil
}

// ValidInlinePolicy reports why text cannot be an inline policy; "" is none.
func ValidInlinePolicy(text string) error {
	if text == "" {
		return nil
	}
	if len(text) > maxInlinePolicy {
		return fmt.Errorf("inline policy is longer than %d bytes", maxInlinePolicy)
	}
	visible := 0
	for _, r := range text {
		if r > 0xff || r < ' ' && !strings.ContainsRune("\t\n\r", r) {
			return fmt.Errorf("inline policy has the character %+q; AWS takes those up to U+00FF", r)
		}
		if !strings.ContainsRune("\t\n\r ", r) {
			visible++
		}
	}
	if visible > maxInlineVisible {
		return fmt.Errorf("inline policy has more than %d characters that are not white space", maxInlineVisible)
	}
	if err := policy.Check(text); err != nil {
		return fmt.Errorf("inline %w", err)
	}
	return nil
}

var tagForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// ValidTags reports why these cannot be the tags of a permission set.
func ValidTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return fmt.Errorf("there are more than %d tags", maxTags)
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if err := validTag(key, tags[key]); err != nil {
			return fmt.Errorf("tag %q %w", clip(key), err)
		}
	}
	return nil
}

func validTag(key, value string) error {
	switch {
	case key == "":
		return errors.New("has no key")
	case utf8.RuneCountInString(key) > maxTagKey || utf8.RuneCountInString(value) > maxTagValue:
		return fmt.Errorf("is longer than %d characters, or its value than %d", maxTagKey, maxTagValue)
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return errors.New("begins with aws:, which is AWS's own")
	case !tagForm.MatchString(key + value):
		return errors.New("may have letters, digits, spaces and _.:/=+-@")
	}
	return errors.Join(ValidLabel(key, maxTagKey), ValidLabel(value, maxTagValue))
}

// clip keeps an error to its line.
func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "…"
}
