package fault

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
)

// The operations, by the service whose errors they have.
func oidcOperations() []string {
	return []string{"RegisterClient", "StartDeviceAuthorization", "CreateToken"}
}

func portalOperations() []string {
	return []string{"ListAccounts", "ListAccountRoles", "GetRoleCredentials", "Logout"}
}

func stsOperations() []string {
	return []string{"GetCallerIdentity", "AssumeRole", "GetSessionToken", "GetAccessKeyInfo"}
}

// possible are the operations that a kind can be of.
func possible(kind string) []string {
	switch kind {
	case slowDown, invalidGrant:
		return []string{"CreateToken"}
	case expired:
		return slices.Concat(oidcOperations()[1:], portalOperations(), stsOperations())
	}
	return slices.Concat(oidcOperations(), portalOperations(), stsOperations())
}

func (r *rule) concerns(operation string) bool {
	if len(r.operations) > 0 {
		return slices.Contains(r.operations, operation)
	}
	return slices.Contains(possible(r.kind), operation)
}

// refusal is an answer in the words of AWS.
type refusal struct {
	status  int
	code    string // the exception, or at STS the code
	oauth   string // the error of OAuth, of OIDC's operations
	message string
}

func (r *rule) refusal(operation string) refusal {
	sts := slices.Contains(stsOperations(), operation)
	switch {
	case r.kind == slowDown:
		return refusal{http.StatusBadRequest, "SlowDownException", "slow_down", "The client polls faster than the interval allows"}
	case r.kind == invalidGrant:
		return refusal{http.StatusBadRequest, "InvalidGrantException", "invalid_grant", "Invalid grant provided"}
	case r.kind == failure && sts:
		return refusal{r.status, "InternalFailure", "", "The request processing has failed because of an unknown error, exception or failure."}
	case r.kind == failure:
		return refusal{r.status, "InternalServerException", "server_error", "The center was told to fail"}
	case r.kind == throttle && sts:
		return refusal{http.StatusBadRequest, "Throttling", "", "Rate exceeded"}
	case r.kind == throttle: // AWS says no more than this
		return refusal{http.StatusTooManyRequests, "TooManyRequestsException", "too_many_requests", "HTTP 429 Unknown Code"}
	}
	return lapsed(operation)
}

// lapsed is what is presented and has expired: a registration, a device code, a
// token, credentials.
func lapsed(operation string) refusal {
	switch {
	case operation == "StartDeviceAuthorization":
		return refusal{http.StatusUnauthorized, "InvalidClientException", "invalid_client", "The client's registration has expired"}
	case operation == "CreateToken":
		return refusal{http.StatusBadRequest, "ExpiredTokenException", "expired_token", "The device code has expired"}
	case slices.Contains(stsOperations(), operation):
		return refusal{http.StatusForbidden, "ExpiredToken", "", "The security token included in the request is expired"}
	}
	return refusal{http.StatusUnauthorized, "UnauthorizedException", "", "Session token not found or invalid"}
}

// write answers as the operation's service does.
func (a refusal) write(w http.ResponseWriter, operation string) {
	if slices.Contains(stsOperations(), operation) {
		a.writeXML(w)
		return
	}
	body := map[string]string{"__type": "com.amazonaws.switchboard.portal#" + a.code, "message": a.message}
	if slices.Contains(oidcOperations(), operation) {
		body = map[string]string{"__type": a.code, "error": a.oauth, "error_description": a.message}
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts have JSON
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", a.code)
	w.WriteHeader(a.status)
	w.Write(data)
}

func (a refusal) writeXML(w http.ResponseWriter) {
	fault := "Sender"
	if a.status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	data, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Type: fault, Code: a.code, Message: a.message, RequestID: w.Header().Get("X-Amzn-Requestid")})
	if err != nil {
		panic(err) // texts have XML
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(a.status)
	w.Write(data)
}
