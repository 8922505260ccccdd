package password

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The lengths of new passwords, in characters: NIST SP 800-63B asks for at least
// 8 of one that a throttle stands before, and for room for a sentence.
const (
	minNew = 12
	maxNew = 256
)

// common are the passwords of that length that everybody tries first, one a line,
// in lower case.
//
//go:embed common.txt
var common string

// ValidNew reports why p should not be a new password of user's. It asks for no
// kinds of characters: people answer that with "Password1234!". What a person
// types is taken as it is, without a Unicode normal form: the same keys give the
// same characters on the same system.
func ValidNew(p, user string) error {
	switch n := utf8.RuneCountInString(p); {
	case !utf8.ValidString(p):
		return errors.New("must be UTF-8")
	case n < minNew:
		return fmt.Errorf("must have at least %d characters; several words are easy to remember", minNew)
	case n > maxNew:
		return fmt.Errorf("must have at most %d characters", maxNew)
	case strings.ContainsAny(p, "\x00\r\n"):
		return errors.New("must be one line")
	}
	lower := strings.ToLower(p)
	switch {
	case user != "" && utf8.RuneCountInString(strings.ReplaceAll(lower, strings.ToLower(user), "")) < minNew/2:
		return errors.New("must not be the user name, with little more")
	case monotonous(lower):
		return errors.New("must not be a few characters again and again, or in a row")
	case strings.Contains("\n"+common, "\n"+lower+"\n"):
		return errors.New("must not be one that many people have")
	}
	return nil
}

// monotonous is for what looks long and is quickly said: "aaaaaaaaaaaa",
// "abcabcabcabc", "123456789012", "zyxwvutsrqpo".
func monotonous(p string) bool {
	runes := []rune(p)
	seen := map[rune]bool{}
	up, down := 0, 0
	for i, r := range runes {
		seen[r] = true
		if i == 0 {
			continue
		}
		before := runes[i-1]
		if r == before+1 || before == '9' && r == '0' {
			up++
		}
		if r == before-1 || before == '0' && r == '9' {
			down++
		}
	}
	return len(seen) < 5 || max(up, down)*4 >= (len(runes)-1)*3
}
