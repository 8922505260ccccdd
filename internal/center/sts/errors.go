package sts

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// An apiError is an answer in the shape of the query protocol. Codes, statuses
// and messages are AWS's:
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
type apiError struct {
	Status  int
	Code    string
	Message string
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

var (
	errMissingToken = &apiError{http.StatusForbidden, "MissingAuthenticationToken",
		"Request is missing Authentication Token"}
	errInvalidToken = &apiError{http.StatusForbidden, "InvalidClientTokenId",
		"The security token included in the request is invalid."}
	errExpiredToken = &apiError{http.StatusForbidden, "ExpiredToken",
		"The security token included in the request is expired"}
	errMalformedQuery = &apiError{http.StatusNotFound, "MalformedQueryString",
		"The query string contains a syntax error."}
	errMissingAction = &apiError{http.StatusBadRequest, "MissingAction",
		"The request is missing an action or a required parameter."}
	errMethod = &apiError{http.StatusMethodNotAllowed, "MethodNotAllowed",
		"The specified method is not allowed against this resource."}
	errTooLarge = &apiError{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
		"The request body is larger than 65536 bytes."}
	errInternal = &apiError{http.StatusInternalServerError, "InternalFailure",
		"The request processing has failed because of an unknown error, exception or failure."}
	errUnavailable = &apiError{http.StatusServiceUnavailable, "ServiceUnavailable",
		"The request has failed due to a temporary failure of the server."}
	errSessionToken = &apiError{http.StatusForbidden, "AccessDenied",
		"Cannot call GetSessionToken with session credentials"}
	errChainedDuration = validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	errWrongSignature  = signatureMismatch("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
)

// signatureMismatch is AWS's one code for whatever is wrong with a signature
// that could be read; only the message tells.
func signatureMismatch(message string) *apiError {
	return &apiError{http.StatusForbidden, "SignatureDoesNotMatch", message}
}

func incompleteSignature(message string) *apiError {
	return &apiError{http.StatusBadRequest, "IncompleteSignature", message}
}

func invalidAction(action, version string) *apiError {
	return &apiError{http.StatusBadRequest, "InvalidAction",
		"Could not find operation " + cut(action) + " for version " + cut(version)}
}

func validationError(message string) *apiError {
	return &apiError{http.StatusBadRequest, "ValidationError", message}
}

// constraint is the answer to a parameter that its model does not allow; AWS
// writes the name's first letter small. A parameter that is not there is nil.
func constraint(name string, value *string, must string) *apiError {
	shown := "null"
	if value != nil {
		shown = "'" + cut(*value) + "'"
	}
	return validationError("1 validation error detected: Value " + shown + " at '" + strings.ToLower(name[:1]) + name[1:] +
		"' failed to satisfy constraint: Member must " + must)
}

// cut keeps an answer from carrying a whole request back.
func cut(s string) string {
	return s[:min(128, len(s))]
}

const xmlNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (e *apiError) response(requestID string) errorResponse {
	fault := "Sender"
	if e.Status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	return errorResponse{Namespace: xmlNamespace, Type: fault, Code: e.Code, Message: e.Message, RequestID: requestID}
}
