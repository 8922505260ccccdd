package fault

import (
	"bytes"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// held keeps an answer back to be changed.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader and Write are http.ResponseWriter's.
func (h *held) WriteHeader(status int) { h.status = status }

// Write keeps data.
func (h *held) Write(data []byte) (int, error) { return h.body.Write(data) }

// around is next with the fault that r is, for an operation.
func (r *rule) around(next http.Handler, operation string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case r.kind == latency:
			r.wait(req)
			next.ServeHTTP(w, req)
		case r.kind == clockSkew:
			w.Header().Set("Date", time.Now().Add(r.by).UTC().Format(http.TimeFormat))
			r.skew(hold(w, req, next))
		case r.kind == cut && r.inBody:
			cutOff(hold(w, req, next))
		case r.kind == cut:
			panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
		default:
			r.refusal(operation).write(w, operation)
		}
	})
}

func (r *rule) wait(req *http.Request) {
	late := time.NewTimer(r.delay)
	defer late.Stop()
	select {
	case <-late.C:
	case <-req.Context().Done():
	}
}

// hold returns what next answers.
func hold(w http.ResponseWriter, req *http.Request, next http.Handler) *held {
	h := &held{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(h, req)
	return h
}

// cutOff sends half of the body that it announces.
func cutOff(h *held) {
	h.Header().Set("Content-Length", strconv.Itoa(h.body.Len()))
	h.ResponseWriter.WriteHeader(h.status)
	h.ResponseWriter.Write(h.body.Bytes()[:h.body.Len()/2])
	_ = http.NewResponseController(h.ResponseWriter).Flush() // the connection ends in any case
	panic(http.ErrAbortHandler)
}

// What is a time in the answers of operations: JSON has seconds and
// milliseconds, XML RFC 3339.
var (
	jsonTime = regexp.MustCompile(`"(expiration|clientIdIssuedAt|clientSecretExpiresAt)":([0-9]{1,15})`)
	xmlTime  = regexp.MustCompile(`<Expiration>([^<]+)</Expiration>`)
)

// skew moves the times in the answer as a wrong clock would.
func (r *rule) skew(h *held) {
	body := jsonTime.ReplaceAllFunc(h.body.Bytes(), func(found []byte) []byte {
		parts := jsonTime.FindSubmatch(found)
		at, unit := number(parts[2]), time.Second
		if string(parts[1]) == "expiration" {
			unit = time.Millisecond
		}
		return strconv.AppendInt([]byte(`"`+string(parts[1])+`":`), at+int64(r.by/unit), 10)
	})
	body = xmlTime.ReplaceAllFunc(body, func(found []byte) []byte {
		at, err := time.Parse(time.RFC3339, string(xmlTime.FindSubmatch(found)[1]))
		if err != nil {
			return found
		}
		return []byte("<Expiration>" + at.Add(r.by).Format(time.RFC3339) + "</Expiration>")
	})
	h.Header().Del("Content-Length")
	h.ResponseWriter.WriteHeader(h.status)
	h.ResponseWriter.Write(body)
}

func number(digits []byte) int64 {
	n, _ := strconv.ParseInt(string(digits), 10, 64) // the expression lets nothing else through
	return n
}
