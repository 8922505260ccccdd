package browser

import (
	"errors"
	"strings"
)

// splitBrowser reads the variable BROWSER: commands between colons, words
// between spaces, and quotes as a shell has them. No shell runs it, so $, `, ;
// and the like are ordinary characters.
//
// On Windows a colon follows the letter of a drive and a backslash parts
// folders: there it is one command, and a backslash is itself.
func splitBrowser(list, goos string) [][]string {
	s := splitter{windows: goos == "windows"}
	for _, r := range list {
		s.next(r)
	}
	s.endWord()
	return append(s.commands, s.words)
}

type splitter struct {
	windows  bool
	commands [][]string
	words    []string
	word     strings.Builder
	inWord   bool
	quote    rune // ' or " while within
	escaped  bool
}

func (s *splitter) next(r rune) {
	switch {
	case s.escaped:
		if s.quote == '"' && !strings.ContainsRune("\"\\$`", r) {
			s.word.WriteByte('\\') // within double quotes it escapes only these
		}
		s.escaped = false
		s.add(r)
	case r == '\\' && s.quote != '\'' && !s.windows:
		s.escaped, s.inWord = true, true
	case s.quote != 0 && r == s.quote:
		s.quote = 0
	case s.quote != 0:
		s.add(r)
	case r == '"' || r == '\'' && !s.windows:
		s.quote, s.inWord = r, true
	case r == ' ' || r == '\t':
		s.endWord()
	case r == ':' && !s.windows:
		s.endWord()
		s.commands, s.words = append(s.commands, s.words), nil
	default:
		s.add(r)
	}
}

func (s *splitter) add(r rune) {
	s.word.WriteRune(r)
	s.inWord = true
}

func (s *splitter) endWord() {
	if s.inWord {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.inWord = false
}

// withURL puts the URL in place of %s, as the xdg convention has it, or behind
// the last argument. It stays within the one argument where %s stands; %% is a
// percent sign.
func withURL(words []string, url string) ([]string, error) {
	argv, placed := []string{words[0]}, false
	for _, w := range words[1:] {
		if strings.Contains(strings.ReplaceAll(w, "%%", ""), "%s") {
			placed = true
			if script(w) && strings.ContainsFunc(url, shellActive) {
				return nil, errors.New("BROWSER puts the URL into a script, where it could be run: pass %s as an argument of its own")
			}
		}
		argv = append(argv, strings.NewReplacer("%%", "%", "%s", url).Replace(w))
	}
	if !placed {
		argv = append(argv, url)
	}
	return argv, nil
}

// script reports whether an argument with %s among words looks like one that a
// shell will read, as in BROWSER='sh -c "firefox %s"'. The commands are the
// person's own; the URL is a stranger's, and ; & $ ( ) are fair in URLs.
func script(argument string) bool {
	return strings.ContainsAny(argument, " \t\n;&|$#")
}

func shellActive(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("-._~:/?#=%+,@", r) }
