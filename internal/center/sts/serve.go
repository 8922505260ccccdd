package sts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/web"
)

const (
	maxBody    = 64 << 10
	apiVersion = "2011-06-15"
)

// A call is a request whose caller is known.
type call struct {
	*http.Request
	params []param
	caller Session
}

// operation is nil for what this service does not do. What it returns is the
// element in the answer, named ACTIONResult.
func (s *Service) operation(action string) func(call) (any, error) {
	switch action {
	case "GetCallerIdentity":
		return s.getCallerIdentity
	case "GetAccessKeyInfo":
		return s.getAccessKeyInfo
	case "AssumeRole":
		return s.assumeRole
	case "GetSessionToken":
		return s.getSessionToken
	}
	return nil
}

type response struct {
	XMLName   xml.Name
	Namespace string `xml:"xmlns,attr"`
	Result    any
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

// ServeHTTP answers the query protocol of STS, asked for by POST with a form or
// by GET with a query, signed in the header or presigned.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := cmp.Or(audit.RequestID(r.Context()), requestID())
	action, result, err := s.answer(w, r)
	if err != nil {
		e := s.failure(r.Context(), w, err)
		write(w, e.Status, id, e.response(id))
		return
	}
	write(w, http.StatusOK, id, response{xml.Name{Local: action + "Response"}, xmlNamespace, result, id})
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request) (action string, result any, err error) {
	body, err := readBody(w, r)
	if err != nil {
		return "", nil, err
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return "", nil, err
	}
	params, err := parameters(r, query, body)
	if err != nil {
		return "", nil, err
	}
	if err := checkAction(params); err != nil {
		return "", nil, err
	}
	action = first(params, "Action")
	do := s.operation(action)
	if do == nil {
		return "", nil, invalidAction(action, apiVersion)
	}
	caller, err := s.authenticate(r, query, body)
	if err != nil {
		return "", nil, err
	}
	result, err = do(call{r, params, caller})
	return action, result, err
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
	if version != apiVersion {
		return invalidAction(action, version)
	}
	return nil
}

// first is the value of a parameter, "" if it is not there.
func first(params []param, name string) string {
	if value := find(params, name); value != nil {
		return *value
	}
	return ""
}

// find is the value of a parameter, nil if it is not there.
func find(params []param, name string) *string {
	for _, p := range params {
		if p.name == name {
			return &p.value
		}
	}
	return nil
}

// failure is the answer to err. What went wrong inside goes to the log alone.
func (s *Service) failure(ctx context.Context, w http.ResponseWriter, err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if s.Logger != nil {
		s.Logger.ErrorContext(ctx, "request failed", "error", err)
	}
	if status, _ := web.Failure(w, err); status == http.StatusServiceUnavailable {
		return errUnavailable
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
