package center

import (
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
)

// secondFactors is what the key of second factors is derived for.
const secondFactors = "second factors"

// SealSecondFactor is how a database with this server's key keeps the secret of
// a user's second factor.
func SealSecondFactor(server secret.Key, userID string, word []byte) []byte {
	return server.Derive(secondFactors).Seal(word, signin.SealingContext(userID))
}
