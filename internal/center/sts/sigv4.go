package sts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm     = "AWS4-HMAC-SHA256"
	basicISO      = "20060102T150405Z" // AWS's form of a time, always UTC
	allowedSkew   = 15 * time.Minute
	maxPresigned  = 604800 // seconds, a week
	signedService = "sts"
)

// signature is what a request says about how it was signed.
type signature struct {
	accessKeyID string
	scope       scope
	headers     []string // signed ones: lower case, ascending
	value       []byte
	at          time.Time
	validFor    time.Duration // of a presigned request; 0: signed in a header
	token       string
}

// scope is the credential scope: DATE/REGION/SERVICE/aws4_request.
type scope struct{ date, region, service, terminator string }

func (s scope) String() string {
	return s.date + "/" + s.region + "/" + s.service + "/" + s.terminator
}

// readSignature finds the signature of r: in the Authorization header or, when
// presigned, in the query, and never in both.
func readSignature(r *http.Request, query []param) (signature, error) {
	presigned := slices.ContainsFunc(query, func(p param) bool { return p.name == "X-Amz-Algorithm" || p.name == "X-Amz-Signature" })
	headers := r.Header.Values("Authorization")
	switch {
	case presigned && len(headers) > 0, len(headers) > 1:
		return signature{}, incompleteSignature("Only one auth mechanism allowed; the request must be signed once, in the Authorization header or in the query string.")
	case presigned:
		return readPresigned(query)
	case len(headers) == 1:
		return readAuthorization(headers[0], r.Header)
	}
	return signature{}, errMissingToken
}

func readAuthorization(authorization string, h http.Header) (signature, error) {
	fields, err := authorizationFields(authorization)
	if err != nil {
		return signature{}, err
	}
	at, err := signingTime(h)
	if err != nil {
		return signature{}, err
	}
	if len(h.Values("X-Amz-Security-Token")) > 1 {
		return signature{}, errInvalidToken
	}
	sig := signature{at: at, token: h.Get("X-Amz-Security-Token")}
	return sig, sig.read(fields["Credential"], fields["SignedHeaders"], fields["Signature"])
}

// authorizationFields splits "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…,
// Signature=…". A message never repeats the header.
func authorizationFields(authorization string) (map[string]string, error) {
	name, rest, _ := strings.Cut(authorization, " ")
	if name != algorithm {
		return nil, incompleteSignature("Unsupported AWS 'algorithm': only " + algorithm + " is supported.")
	}
	fields := make(map[string]string, 3)
	for field := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(field), "=")
		if _, twice := fields[key]; !ok || twice {
			return nil, incompleteSignature("The Authorization header is not a list of 'Credential', 'SignedHeaders' and 'Signature' parameters.")
		}
		fields[key] = value
	}
	for _, key := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[key] == "" {
			return nil, incompleteSignature("Authorization header requires '" + key + "' parameter.")
		}
	}
	return fields, nil
}

// signingTime is that of X-Amz-Date, else of Date.
func signingTime(h http.Header) (time.Time, error) {
	name := "X-Amz-Date"
	if len(h.Values(name)) == 0 {
		name = "Date"
	}
	values := h.Values(name)
	if len(values) != 1 {
		return time.Time{}, incompleteSignature("Authorization header requires existence of either one 'X-Amz-Date' or one 'Date' header.")
	}
	at, err := time.Parse(basicISO, values[0])
	if err != nil && name == "Date" {
		at, err = http.ParseTime(values[0])
	}
	if err != nil {
		return time.Time{}, incompleteSignature("Date must be in ISO-8601 'basic format', as in '20110615T000000Z'.")
	}
	return at, nil
}

func readPresigned(query []param) (signature, error) {
	fields := make(map[string]string)
	for _, p := range query {
		if !strings.HasPrefix(p.name, "X-Amz-") {
			continue
		}
		if _, twice := fields[p.name]; twice {
			return signature{}, incompleteSignature("The query parameter '" + p.name + "' may be given once.")
		}
		fields[p.name] = p.value
	}
	for _, key := range []string{"X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date"} {
		if fields[key] == "" {
			return signature{}, incompleteSignature("AWS query-string parameters must include '" + key + "'.")
		}
	}
	if fields["X-Amz-Algorithm"] != algorithm {
		return signature{}, incompleteSignature("X-Amz-Algorithm only supports \"" + algorithm + "\".")
	}
	at, err := time.Parse(basicISO, fields["X-Amz-Date"])
	if err != nil {
		return signature{}, incompleteSignature("X-Amz-Date must be in ISO-8601 'basic format', as in '20110615T000000Z'.")
	}
	validFor, err := presignedFor(fields)
	if err != nil {
		return signature{}, err
	}
	sig := signature{at: at, validFor: validFor, token: fields["X-Amz-Security-Token"]}
	return sig, sig.read(fields["X-Amz-Credential"], fields["X-Amz-SignedHeaders"], fields["X-Amz-Signature"])
}

// presignedFor is X-Amz-Expires. The SDK for Go presigns for STS without it:
// such a request lasts as long as one signed in a header.
func presignedFor(fields map[string]string) (time.Duration, error) {
	expires, ok := fields["X-Amz-Expires"]
	if !ok {
		return allowedSkew, nil
	}
	seconds, err := strconv.ParseUint(expires, 10, 32)
	if err != nil || seconds < 1 || seconds > maxPresigned {
		return 0, incompleteSignature("X-Amz-Expires must be a number of seconds from 1 to 604800.")
	}
	return time.Duration(seconds) * time.Second, nil
}

// read takes in what both places have in common.
func (s *signature) read(credential, signedHeaders, value string) error {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return incompleteSignature("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
	}
	s.accessKeyID = parts[0]
	s.scope = scope{parts[1], parts[2], parts[3], parts[4]}
	s.headers = strings.Split(signedHeaders, ";")
	for i, name := range s.headers {
		if name == "" || name != strings.ToLower(name) || i > 0 && name <= s.headers[i-1] {
			return incompleteSignature("SignedHeaders must be lower-case header names in ascending order, separated by semicolons.")
		}
	}
	var err error
	if s.value, err = hex.DecodeString(value); err != nil || len(s.value) != sha256.Size {
		return errWrongSignature
	}
	return nil
}

// checkScope takes any region: one center answers under one name for clients
// that are set up for regions of their own.
func (s *signature) checkScope() error {
	day := s.at.Format("20060102")
	switch {
	case s.scope.service != signedService:
		return signatureMismatch("Credential should be scoped to correct service: '" + signedService + "'.")
	case s.scope.terminator != "aws4_request":
		return signatureMismatch("Credential should be scoped with a valid terminator: 'aws4_request'.")
	case s.scope.region == "" || strings.Trim(s.scope.region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return signatureMismatch("Credential should be scoped to a valid region.")
	case s.scope.date != day:
		return signatureMismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" + day + "'.")
	}
	return nil
}

func (s *signature) checkTime(now time.Time) error {
	at, current := s.at.Format(basicISO), now.UTC().Format(basicISO)
	if s.at.After(now.Add(allowedSkew)) {
		return signatureMismatch("Signature not yet current: " + at + " is still later than " + current + " (+ 15 min.)")
	}
	ends, why := s.at.Add(s.validFor), " (X-Amz-Expires)"
	if s.validFor == 0 {
		ends, why = s.at.Add(allowedSkew), " (+ 15 min.)"
	}
	if now.After(ends) {
		return signatureMismatch("Signature expired: " + at + why + " is now earlier than " + current)
	}
	return nil
}

// checkHeaders sees that what decides about a request was signed: the host, the
// date, and every X-Amz- header that came with it.
func (s *signature) checkHeaders(h http.Header) error {
	required := []string{"host"}
	if s.validFor == 0 && len(h.Values("X-Amz-Date")) == 0 {
		required = append(required, "date")
	}
	for name := range h {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			required = append(required, name)
		}
	}
	for _, name := range required {
		if !slices.Contains(s.headers, name) {
			return signatureMismatch("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// matches computes the signature anew and compares in constant time.
func (s *signature) matches(secret, canonical string) bool {
	want := sign(secret, s.scope, s.at, canonical)
	return hmac.Equal(want, s.value)
}

// sign is "Calculate the signature", step 4 of the document that canonical.go names.
func sign(secret string, sc scope, at time.Time, canonical string) []byte {
	toSign := strings.Join([]string{algorithm, at.UTC().Format(basicISO), sc.String(), hexHash([]byte(canonical))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{sc.date, sc.region, sc.service, sc.terminator, toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return key
}
