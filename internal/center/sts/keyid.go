package sts

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// AWS's access key ids are four letters for their kind and 80 bits in base32, of
// which the first is set and the next 40 are the account's number. AWS does not
// document it; these did:
// https://awsteele.com/blog/2020/09/26/aws-access-key-format.html
// https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489
//
// The 39 bits that are left are random and unknown for AWS's. Here they are 27
// random bits and 12 of a MAC, by which an id of another center or with a slip
// of the pen is told apart, all but one in 4,096. Ids may repeat: nothing is
// looked up by them, and each secret depends on the session token, too.
const (
	temporary   = "ASIA"
	accountBits = 40
)

// newAccessKeyID returns an id for credentials of an account of 12 digits.
func (s *Service) newAccessKeyID(account string) (string, error) {
	number, err := strconv.ParseUint(account, 10, accountBits)
	if err != nil || len(account) != 12 {
		return "", fmt.Errorf("account %q is not 12 digits", account)
	}
	b := randomBytes(10)
	head := 1<<47 | number<<7 | uint64(b[5]&0x7f)
	binary.BigEndian.PutUint16(b, uint16(head>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(head))
	s.putCheck(b)
	return temporary + base32.StdEncoding.EncodeToString(b), nil
}

// putCheck sets the last 12 of 80 bits to the MAC of those before them.
func (s *Service) putCheck(b []byte) {
	b[8], b[9] = b[8]&0xf0, 0
	mac := s.derive("access key id", string(b))
	b[8], b[9] = b[8]|mac[0]>>4, mac[1]
}

// issued reports whether id is an access key id of this center.
func (s *Service) issued(id string) bool {
	b, ok := keyBits(id)
	if !ok || !strings.HasPrefix(id, temporary) {
		return false
	}
	given := string(b)
	s.putCheck(b)
	return string(b) == given
}

// accountOf is the account that an access key id is of.
func accountOf(id string) (account string, ok bool) {
	b, ok := keyBits(id)
	if !ok || b[0]&0x80 == 0 {
		return "", false // those from before about 2019 do not carry it
	}
	head := uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
	number := head >> 7 & (1<<accountBits - 1)
	account = fmt.Sprintf("%012d", number)
	return account, len(account) == 12
}

func keyBits(id string) ([]byte, bool) {
	if len(id) != 20 {
		return nil, false
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	return b, err == nil && len(b) == 10
}
