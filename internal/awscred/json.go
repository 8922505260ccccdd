package awscred

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// AppendJSONString appends s to b as Python's json.dumps writes it: ASCII only,
// with &, < and > left alone. The AWS CLI hashes and stores such text, and
// encoding/json writes other bytes (R\u0026D for R&D, raw UTF-8).
func AppendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r < 0x20 || 0x7f <= r && r < 0x10000:
			b = appendUnit(b, r)
		case r >= 0x10000:
			r -= 0x10000
			b = appendUnit(b, 0xd800+r>>10)
			b = appendUnit(b, 0xdc00+r&0x3ff)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// appendUnit appends one UTF-16 code unit as \uXXXX.
func appendUnit(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
