package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"latchkey/internal/center/secret"
)

// seal makes of a value a text for a cookie, which its bearer can neither read
// nor change nor use for another kind.
func (s *Service) seal(kind string, value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // which would make six bytes of each & in an address
	if err := e.Encode(value); err != nil {
		panic(err) // of this package's own types
	}
	return base64.RawURLEncoding.EncodeToString(s.Key.Derive("cookie").Seal(b.Bytes(), kind))
}

func (s *Service) unseal(kind string, sealed []byte, to any) bool {
	b, err := s.Key.Derive("cookie").Open(sealed, kind)
	return err == nil && json.Unmarshal(b, to) == nil
}

func newID() string { return secret.ID() }
