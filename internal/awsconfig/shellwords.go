package awsconfig

import "strings"

// secondWord returns the second of the two words of a section's name, split as
// by Python's shlex.split: `profile 'my p'` gives `my p`. ok is false unless
// there are exactly two.
func secondWord(s string) (word string, ok bool) {
	if first, second, ok := strings.Cut(s, " "); ok && isPlain(first) && isPlain(second) {
		return second, true
	}
	words, ok := ShellWords(s)
	if !ok || len(words) != 2 {
		return "", false
	}
	return words[1], true
}

// isPlain reports whether s is one word that stands for itself.
func isPlain(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case ' ', '\t', '\'', '"', '\\':
			return false
		}
	}
	return s != ""
}

// ShellWords is Python's shlex.split, by which AWS clients take apart the names of
// sections and the commands of credential_process. ok is false where it raises
// ValueError: a quotation does not end.
func ShellWords(s string) (words []string, ok bool) {
	var word []byte
	inWord := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n':
			if inWord {
				words, word, inWord = append(words, string(word)), word[:0], false
			}
		case '\'', '"':
			n, ok := quoted(s[i:], &word)
			if !ok {
				return nil, false
			}
			i, inWord = i+n-1, true
		case '\\':
			if i++; i == len(s) {
				return nil, false
			}
			word, inWord = append(word, s[i]), true
		default:
			word, inWord = append(word, c), true
		}
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, true
}

// quoted appends to word the text of the quotation that s begins with, and
// returns its length, quotes included.
func quoted(s string, word *[]byte) (n int, ok bool) {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == quote:
			return i + 1, true
		case c == '\\' && quote == '"':
			if i++; i == len(s) {
				return 0, false
			}
			// "the escape character retains its special meaning only when
			// followed by the quote in use, or the escape character itself"
			// (Python documentation, shlex, parsing rules).
			if s[i] != '"' && s[i] != '\\' {
				*word = append(*word, '\\')
			}
			*word = append(*word, s[i])
		default:
			*word = append(*word, c)
		}
	}
	return 0, false
}
