package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// phc is a hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

var errFormat = errors.New("must look like '$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH', in quotes")

// ValidHash reports why s cannot be the hash of a password.
func ValidHash(s string) error {
	_, err := parse(s)
	return err
}

func parse(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(s) > 512 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" ||
		parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errFormat
	}
	p, err := parseCosts(parts[3])
	if err != nil {
		return phc{}, err
	}
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil || len(p.salt) < 8 {
		return phc{}, errFormat
	}
	if p.hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil || len(p.hash) < 16 {
		return phc{}, errFormat
	}
	return p, nil
}

func parseCosts(s string) (phc, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return phc{}, errFormat
	}
	m, errM := cost(parts[0], "m=")
	t, errT := cost(parts[1], "t=")
	n, errN := cost(parts[2], "p=")
	if errors.Join(errM, errT, errN) != nil {
		return phc{}, errFormat
	}
	if m < minMemory || m*t < minWork || n < 1 {
		return phc{}, fmt.Errorf("asks for too little work: want at least m=%d,t=%d,p=1", memory, passes)
	}
	if m > maxMemory || t > maxPasses || n > 16 {
		return phc{}, fmt.Errorf("asks for too much work: want at most m=%d,t=%d,p=16", maxMemory, maxPasses)
	}
	return phc{memory: uint32(m), passes: uint32(t), threads: uint8(n)}, nil
}

func cost(s, prefix string) (uint64, error) {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, errFormat
	}
	return strconv.ParseUint(digits, 10, 32)
}
