package login

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// A page is what the browser shows at the end. Its texts are fixed: nothing of
// a request is ever repeated.
type page struct{ title, text string }

var (
	pageOfSuccess  = page{"You are signed in", "You can close this page and return to the terminal."}
	pageOfDenial   = page{"The sign-in was denied", "Nothing was given to the terminal. You can close this page."}
	pageOfFailure  = page{"You are not signed in", "The terminal says why. You can close this page."}
	pageOfStranger = page{"Nothing is expected here", "This address waits for the end of a sign-in, and this is not it."}
)

const style = `:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}`

func writeOutcome(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		writePage(w, http.StatusOK, pageOfSuccess)
	case errors.Is(err, ErrDenied):
		writePage(w, http.StatusOK, pageOfDenial)
	default:
		writePage(w, http.StatusOK, pageOfFailure)
	}
}

// writePage sends all of the page, so that the connection may be cut after it.
func writePage(w http.ResponseWriter, status int, p page) {
	body := fmt.Sprintf(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s</title><style>%s</style></head>
<body><main><h1>%s</h1><p>%s</p></main></body></html>
`, p.title, style, p.title, p.text)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+digest(style)+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write([]byte(body)); err == nil {
		_ = http.NewResponseController(w).Flush() // a browser that left needs no page
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
