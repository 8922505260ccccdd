package oauth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"latchkey/internal/center/signin"
)

// requestLasts is how long a person may take to answer.
const requestLasts = 600 * time.Second

// seal makes of a request the text that the consent page brings back. The
// database need not know of a request before somebody allows it, and so asking
// writes nothing. Only the browser that it was shown to can bring it back: the
// session is part of what is proved.
func (s *Service) seal(session signin.Session, q codeRequest) (string, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	return text + "." + s.Key.Sign(sealPurpose(session, text)), nil
}

// unseal returns the request that the same session was shown, while it lasts.
func (s *Service) unseal(session signin.Session, sealed string) (q codeRequest, ok bool) {
	text, signature, _ := strings.Cut(sealed, ".")
	if !s.Key.Verify(sealPurpose(session, text), signature) {
		return codeRequest{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &q) != nil {
		return codeRequest{}, false
	}
	return q, s.Now().Before(q.Created.Add(requestLasts))
}

func sealPurpose(session signin.Session, text string) string {
	return "code request " + string(session.Hash) + text
}
