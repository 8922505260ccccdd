package web

import (
	"net/http"
	"strings"
)

// policy lets a page load its stylesheet and send its forms, both here, and
// nothing else; nobody may frame it.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// policyWith is policy for a page whose form may be answered by a redirect to
// origin: Chromium holds form-action to such redirects too. It has no form for an
// IPv6 literal (CSP 3, section 2.3.1: host-source), so there the scheme must do.
func policyWith(origin string) string {
	if strings.Contains(origin, "[") {
		origin = "http:"
	}
	return strings.Replace(policy, "form-action 'self'", "form-action 'self' "+origin, 1)
}

// Headers tells browsers how carefully to treat every answer of next: codes are
// in addresses, so neither caches nor other sites may learn them.
func Headers(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
