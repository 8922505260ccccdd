package sts

import (
	"encoding/xml"
	"errors"
	"net/http"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/signin"
)

type callerIdentity struct {
	XMLName xml.Name `xml:"GetCallerIdentityResult"`
	ARN     string   `xml:"Arn"`
	UserID  string   `xml:"UserId"`
	Account string
}

func (s *Service) getCallerIdentity(c call) (any, error) {
	return callerIdentity{ARN: c.caller.ARN, UserID: c.caller.callerID(), Account: c.caller.Account()}, nil
}

type accessKeyInfo struct {
	XMLName xml.Name `xml:"GetAccessKeyInfoResult"`
	Account string
}

// getAccessKeyInfo says which account an access key id is of, whether or not the
// key is still good: it is in the id.
func (s *Service) getAccessKeyInfo(c call) (any, error) {
	id := find(c.params, "AccessKeyId")
	if err := lengthOf("AccessKeyId", id, 16, 128); err != nil {
		return nil, err
	}
	if !s.issued(*id) {
		return nil, errInvalidToken
	}
	account, ok := accountOf(*id)
	if !ok {
		return nil, errInvalidToken
	}
	return accessKeyInfo{Account: account}, nil
}

// getSessionToken is for long-lived keys, which this center gives to nobody. To
// those of sessions AWS says this:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (s *Service) getSessionToken(c call) (any, error) {
	err := s.Audit.Record(c.Context(), audit.Event{
		Action: "session token", Outcome: "session credentials", UserID: c.caller.UserID, User: c.caller.User,
		Address: signin.Address(c.Request), Details: map[string]string{"by": c.caller.ARN},
	})
	if err != nil {
		return nil, err
	}
	return nil, errSessionToken
}

// authenticate is the session whose key signed r, or says why none did.
func (s *Service) authenticate(r *http.Request, query []param, body []byte) (Session, error) {
	sig, err := readSignature(r, query)
	if err != nil {
		return Session{}, err
	}
	now := s.Now()
	if err := errors.Join(sig.checkScope(), sig.checkTime(now), sig.checkHeaders(r.Header)); err != nil {
		return Session{}, err
	}
	bodyHash := hexHash(body)
	for _, claimed := range r.Header.Values("X-Amz-Content-Sha256") {
		if claimed != bodyHash {
			return Session{}, signatureMismatch("The provided 'x-amz-content-sha256' header does not match what was computed.")
		}
	}
	canonical, err := canonicalRequest(r, query, sig.headers, bodyHash)
	if err != nil {
		return Session{}, err
	}
	session, err := s.open(sig.accessKeyID, sig.token)
	if errors.Is(err, ErrInvalid) {
		return Session{}, errInvalidToken
	}
	if err != nil {
		return Session{}, err
	}
	if !sig.matches(s.secret(sig.accessKeyID, sig.token), canonical) {
		return Session{}, errWrongSignature
	}
	if !now.Before(session.Expires) {
		return Session{}, errExpiredToken
	}
	return session, nil
}
