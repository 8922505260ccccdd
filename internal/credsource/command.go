package credsource

import (
	"strings"

	"latchkey/internal/awsconfig"
)

// commandWords takes a credential_process apart as the AWS CLI does: on Windows
// by the rules of the C runtime, elsewhere by those of a POSIX shell. ok is
// false when a quotation does not end.
func commandWords(goos, line string) (words []string, ok bool) {
	if goos == "windows" {
		return windowsWords(line)
	}
	return awsconfig.ShellWords(line)
}

// windowsWords splits at spaces and tabs outside double quotes. Backslashes
// stand for themselves but before a quote, where two stand for one and an odd
// one makes the quote text.
// https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments
func windowsWords(line string) (words []string, ok bool) {
	var word strings.Builder
	inWord, inQuotes := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		slashes := len(line[i:]) - len(strings.TrimLeft(line[i:], `\`))
		switch after := i + slashes; {
		case slashes > 0 && after < len(line) && line[after] == '"':
			word.WriteString(line[i : i+slashes/2])
			inWord, i = true, after-1
			if slashes%2 == 1 {
				word.WriteByte('"')
				i = after
			}
		case slashes > 0:
			word.WriteString(line[i:after])
			inWord, i = true, after-1
		case c == '"':
			inWord, inQuotes = true, !inQuotes
		case (c == ' ' || c == '\t') && !inQuotes:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, !inQuotes
}
