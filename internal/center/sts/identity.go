package sts

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
)

const (
	maxBody    = 64 << 10
	apiVersion = "2011-06-15"
)

type callerIdentityResponse struct {
	XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
	Namespace string   `xml:"xmlns,attr"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

// ServeHTTP answers the query protocol of STS: GetCallerIdentity, asked for by
// POST with a form or by GET with a query, signed in the header or presigned.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	key, err := s.callerIdentity(w, r)
	if err != nil {
		e := s.failure(r.Context(), id, err)
		write(w, e.Status, id, e.response(id))
		return
	}
	write(w, http.StatusOK, id, callerIdentityResponse{
		Namespace: xmlNamespace, ARN: key.ARN, UserID: key.UserID, Account: key.Account, RequestID: id,
	})
}

// callerIdentity is the operation: the key that r is signed with.
func (s *Service) callerIdentity(w http.ResponseWriter, r *http.Request) (StoredKey, error) {
	body, err := readBody(w, r)
	if err != nil {
		return StoredKey{}, err
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return StoredKey{}, err
	}
	params, err := parameters(r, query, body)
	if err != nil {
		return StoredKey{}, err
	}
	if err := checkAction(params); err != nil {
		return StoredKey{}, err
	}
	return s.authenticate(r, query, body)
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, &apiError{http.StatusBadRequest, "IncompleteBody", "The request body ended early."}
	}
	return body, nil
}

// parameters are those of the operation: in the query of a GET, in the form of
// a POST.
func parameters(r *http.Request, query []param, body []byte) ([]param, error) {
	switch r.Method {
	case http.MethodGet:
		return query, nil
	case http.MethodPost:
		media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if media != "application/x-www-form-urlencoded" {
			return nil, errMissingAction
		}
		return parseQuery(string(body))
	}
	return nil, errMethod
}

func checkAction(params []param) error {
	action, version := first(params, "Action"), first(params, "Version")
	if action == "" {
		return errMissingAction
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	if action != "GetCallerIdentity" || version != apiVersion {
		return invalidAction(action, version)
	}
	return nil
}

func first(params []param, name string) string {
	for _, p := range params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// authenticate finds the key that signed r, or says why none did.
func (s *Service) authenticate(r *http.Request, query []param, body []byte) (StoredKey, error) {
	sig, err := readSignature(r, query)
	if err != nil {
		return StoredKey{}, err
	}
	now := s.Now()
	if err := errors.Join(sig.checkScope(), sig.checkTime(now), sig.checkHeaders(r.Header)); err != nil {
		return StoredKey{}, err
	}
	bodyHash := hexHash(body)
	for _, claimed := range r.Header.Values("X-Amz-Content-Sha256") {
		if claimed != bodyHash {
			return StoredKey{}, signatureMismatch("The provided 'x-amz-content-sha256' header does not match what was computed.")
		}
	}
	canonical, err := canonicalRequest(r, query, sig.headers, bodyHash)
	if err != nil {
		return StoredKey{}, err
	}
	key, err := s.storedKey(r.Context(), sig)
	if err != nil {
		return StoredKey{}, err
	}
	if !sig.matches(s.secret(key.AccessKeyID), canonical) {
		return StoredKey{}, errWrongSignature
	}
	if !now.Before(key.Expires) {
		return StoredKey{}, errExpiredToken
	}
	return key, nil
}

// storedKey is the key named in sig, if the session token is that of the key.
// A key nobody knows and a token of another key give one answer.
func (s *Service) storedKey(ctx context.Context, sig signature) (StoredKey, error) {
	key, err := s.Store.Key(ctx, sig.accessKeyID)
	if errors.Is(err, ErrNotFound) {
		return StoredKey{}, errInvalidToken
	}
	if err != nil {
		return StoredKey{}, fmt.Errorf("read an access key: %w", err)
	}
	if subtle.ConstantTimeCompare(hashToken(sig.token), key.TokenHash) != 1 {
		return StoredKey{}, errInvalidToken
	}
	return key, nil
}

// failure is the answer to err. What went wrong inside goes to the log alone.
func (s *Service) failure(ctx context.Context, id string, err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if s.Logger != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "sts", slog.String("request_id", id), slog.Any("error", err))
	}
	return errInternal
}

func write(w http.ResponseWriter, status int, id string, answer any) {
	var body bytes.Buffer
	if err := xml.NewEncoder(&body).Encode(answer); err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	body.WriteByte('\n')
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Amzn-RequestId", id)
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// requestID has the form of a random UUID, RFC 9562 section 5.4.
func requestID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
