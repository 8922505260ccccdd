package picker

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

type keyName int

const (
	keyNone keyName = iota // a sequence that means nothing here
	keyText                // key.text was typed or pasted
	keyEnter
	keyTab
	keyBackTab
	keyEscape
	keyInterrupt // Ctrl-C
	keyEnd       // of the line
	keyHome
	keyUp
	keyDown
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyPageUp
	keyPageDown
	keyBackspace
	keyDelete // Delete, and Ctrl-D which is it in a line with text
	keyEOF    // Ctrl-D
	keyDeleteWord
	keyDeleteToStart
	keyDeleteToEnd
)

type key struct {
	name keyName
	text string
}

const (
	esc        = 0x1b
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// decode reads the first key of b and its length; 0 when b ends within it.
func decode(b []byte) (key, int) {
	switch {
	case len(b) == 0:
		return key{}, 0
	case b[0] == esc:
		return decodeEscape(b)
	case b[0] < ' ' || b[0] == 0x7f:
		return key{name: control(b[0])}, 1
	}
	n := textLength(b)
	if n == 0 {
		return key{}, 0
	}
	return key{name: keyText, text: string(b[:n])}, n
}

// textLength is the length of the text in front of b, up to a control character
// or a character that has not arrived whole.
func textLength(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= ' ' && b[n] != 0x7f && utf8.FullRune(b[n:]) {
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return n
}

// control names the keys which readline and every shell have taught.
func control(c byte) keyName {
	switch c {
	case '\r', '\n': // typed ahead, Enter was already translated by the terminal
		return keyEnter
	case '\t':
		return keyTab
	case 0x7f, 'H' - '@':
		return keyBackspace
	case 'A' - '@':
		return keyHome
	case 'B' - '@':
		return keyLeft
	case 'C' - '@':
		return keyInterrupt
	case 'D' - '@':
		return keyEOF
	case 'E' - '@':
		return keyEnd
	case 'F' - '@':
		return keyRight
	case 'K' - '@':
		return keyDeleteToEnd
	case 'N' - '@':
		return keyDown
	case 'P' - '@':
		return keyUp
	case 'U' - '@':
		return keyDeleteToStart
	case 'W' - '@':
		return keyDeleteWord
	}
	return keyNone
}

func decodeEscape(b []byte) (key, int) {
	if len(b) == 1 {
		return key{}, 0
	}
	switch b[1] {
	case '[':
		return decodeCSI(b)
	case 'O':
		if len(b) < 3 {
			return key{}, 0
		}
		return key{name: final(b[2], "")}, 3
	case esc:
		return key{name: keyEscape}, 1
	case 'b':
		return key{name: keyWordLeft}, 2
	case 'f':
		return key{name: keyWordRight}, 2
	case 0x7f:
		return key{name: keyDeleteWord}, 2
	}
	return key{}, 2
}

// decodeCSI reads ESC [ parameters final, as ECMA-48 section 5.4 has it, and a paste.
func decodeCSI(b []byte) (key, int) {
	if bytes.HasPrefix(b, []byte(pasteStart)) {
		return decodePaste(b)
	}
	if bytes.HasPrefix(b, []byte("\x1b[[")) { // the Linux console's function keys
		return key{}, min(4, len(b)) / 4 * 4
	}
	for i := 2; i < len(b); i++ {
		if b[i] >= '@' && b[i] <= '~' {
			return key{name: final(b[i], string(b[2:i]))}, i + 1
		}
		if b[i] < ' ' {
			return key{}, i
		}
	}
	return key{}, 0
}

// decodePaste gives a paste as one text; Enter in it is no Enter.
func decodePaste(b []byte) (key, int) {
	body := b[len(pasteStart):]
	if i := bytes.Index(body, []byte(pasteEnd)); i >= 0 {
		return key{name: keyText, text: string(body[:i])}, len(pasteStart) + i + len(pasteEnd)
	}
	if len(body) > lineLimit {
		return key{}, len(b)
	}
	return key{}, 0
}

func final(c byte, parameters string) keyName {
	modified := strings.HasSuffix(parameters, ";5") || strings.HasSuffix(parameters, ";3") // Ctrl, Alt
	switch c {
	case 'A':
		return keyUp
	case 'B':
		return keyDown
	case 'C':
		if modified {
			return keyWordRight
		}
		return keyRight
	case 'D':
		if modified {
			return keyWordLeft
		}
		return keyLeft
	case 'F':
		return keyEnd
	case 'H':
		return keyHome
	case 'M': // Enter of a keypad in application mode
		return keyEnter
	case 'Z':
		return keyBackTab
	case '~':
		return tilde(parameters)
	}
	return keyNone
}

func tilde(parameters string) keyName {
	number, _, _ := strings.Cut(parameters, ";")
	switch number {
	case "1", "7":
		return keyHome
	case "4", "8":
		return keyEnd
	case "3":
		return keyDelete
	case "5":
		return keyPageUp
	case "6":
		return keyPageDown
	}
	return keyNone
}
