package awsapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const errorTypeHeader = "X-Amzn-Errortype"

// notProtocol says what an answer from u is when it cannot be the service's, "" when
// it can. An empty body is an answer of the services when the status says
// success (Logout) or the header names an error.
func (s *sender) notProtocol(u *url.URL, resp *http.Response, body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0 && (resp.StatusCode < 300 || resp.Header.Get(errorTypeHeader) != ""):
		return ""
	case len(body) == 0:
		return "nothing"
	case s.xml && isSTS(body), !s.xml && body[0] == '{' && json.Valid(body):
		return ""
	case u.Scheme == "http" && resp.StatusCode == http.StatusBadRequest && bytes.Contains(body, []byte("HTTPS")):
		return wantsTLS
	case bytes.HasPrefix(body, []byte("<")) && !s.xml || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"):
		return "a web page"
	case s.xml:
		return "something other than an answer in XML"
	}
	return "something other than a JSON object"
}

// wantsTLS is what a server of TLS sends to who does not speak it.
const wantsTLS = "a demand for https"

// isSTS reports whether the document's root is one of the STS query protocol.
func isSTS(body []byte) bool {
	var root struct{ XMLName xml.Name }
	if xml.Unmarshal(body, &root) != nil {
		return false
	}
	return root.XMLName.Local == "ErrorResponse" || strings.HasSuffix(root.XMLName.Local, "Response")
}

// readXML fills in the error of the AWS query protocol.
func (e *Error) readXML(body []byte) {
	var answer struct {
		Error struct{ Code, Message string }
	}
	if xml.Unmarshal(body, &answer) == nil {
		e.Code, e.Description = answer.Error.Code, answer.Error.Message
	}
}

// errorBody has the fields of both styles of error: the portal's
// {"__type","message"} and OAuth's {"error","error_description"}, of which
// AccessDenied and InvalidRequest may add a reason.
type errorBody struct {
	Type             text `json:"__type"`
	Code             text `json:"code"`
	Message          text `json:"message"`
	Error            text `json:"error"`
	ErrorDescription text `json:"error_description"`
	Reason           text `json:"reason"`
}

// text takes a string and ignores any other JSON value: a service that puts a
// number where a message belongs has still answered with an error.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '"' {
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// readJSON fills in an error of the REST services. The code is found where the
// AWS CLI finds it, in the header x-amzn-ErrorType, then in __type or code;
// then, where the AWS CLI gives up, in OAuth's error field.
func (e *Error) readJSON(h http.Header, body []byte) {
	var b errorBody
	if json.Unmarshal(body, &b) != nil {
		b = errorBody{} // an empty body: the header has it all
	}
	e.Code = cmp.Or(bareCode(h.Get(errorTypeHeader)), bareCode(string(b.Type)), bareCode(string(b.Code)),
		oauthException(string(b.Error)))
	e.Description = cmp.Or(string(b.Message), string(b.ErrorDescription))
	e.Reason = string(b.Reason)
}

// bareCode takes the name out of "com.amazonaws.portal#Name" and
// "Name:http://internal.amazon.com/coral/".
func bareCode(s string) string {
	s, _, _ = strings.Cut(s, ":")
	if _, after, ok := strings.Cut(s, "#"); ok {
		s = after
	}
	return strings.TrimSpace(s)
}

// oauthException returns the exception that an OAuth error code stands for:
// invalid_grant is InvalidGrantException.
func oauthException(code string) string {
	switch code {
	case "":
		return ""
	case "server_error":
		return "InternalServerException"
	}
	var name strings.Builder
	for word := range strings.SplitSeq(code, "_") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String() + "Exception"
}

// A foreignError is an answer that cannot be the service's.
type foreignError struct {
	status int
	what   string
}

func (e foreignError) Error() string {
	return "answered " + strconv.Itoa(e.status) + " with " + e.what
}

// errLacks is an answer in the service's protocol that does not hold what it
// must.
func errLacks(field string) error {
	return foreignError{status: http.StatusOK, what: "no usable " + field}
}

var errMalformed = errors.New("the answer does not have the form that was asked for")
