package signin

import (
	"encoding/base64"
	"encoding/json"

	"latchkey/internal/center/secret"
)

// seal makes of a value a text for a cookie, which its bearer can neither read
// nor change nor use for another kind.
func (s *Service) seal(kind string, value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err) // of this package's own types
	}
	return base64.RawURLEncoding.EncodeToString(s.Key.Derive("cookie").Seal(b, kind))
}

func (s *Service) unseal(kind string, sealed []byte, to any) bool {
	b, err := s.Key.Derive("cookie").Open(sealed, kind)
	return err == nil && json.Unmarshal(b, to) == nil
}

func newID() string { return secret.ID() }
