package sts

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Source of this file: "Create a signed AWS API request", IAM User Guide
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

// param is one parameter of a query string, decoded.
type param struct{ name, value string }

// parseQuery reads a query string once for both its uses, what it asks and what
// was signed: two readers could be made to see two different requests.
func parseQuery(raw string) ([]param, error) {
	var params []param
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, errMalformedQuery
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, errMalformedQuery
		}
		params = append(params, param{name, value})
	}
	return params, nil
}

// canonicalQuery leaves out the signature itself, which is no part of what it
// signs. The order is that of the encoded names, then of the encoded values.
func canonicalQuery(params []param) string {
	encoded := make([]param, 0, len(params))
	for _, p := range params {
		if p.name != "X-Amz-Signature" {
			encoded = append(encoded, param{uriEncode(p.name, false), uriEncode(p.value, false)})
		}
	}
	slices.SortFunc(encoded, func(a, b param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	pairs := make([]string, len(encoded))
	for i, p := range encoded {
		pairs[i] = p.name + "=" + p.value
	}
	return strings.Join(pairs, "&")
}

// uriEncode encodes every byte but those that RFC 3986 calls unreserved, with
// capital hexadecimal digits; the slash of a path may be kept.
func uriEncode(s string, keepSlash bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if alphanumeric(c) || strings.IndexByte("-._~", c) >= 0 || keepSlash && c == '/' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return b.String()
}

// canonicalPath normalises the path as it was sent and encodes it, which makes
// twice: every service but S3 signs it so.
func canonicalPath(escaped string) string {
	var kept []string
	for segment := range strings.SplitSeq(escaped, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	path := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && strings.HasSuffix(escaped, "/") {
		path += "/"
	}
	return uriEncode(path, true)
}

// canonicalHeaders fails for a header that was signed and did not arrive.
func canonicalHeaders(r *http.Request, signed []string) (string, error) {
	var b strings.Builder
	for _, name := range signed {
		values, ok := headerValues(r, name)
		if !ok {
			return "", signatureMismatch("The signed header '" + name + "' is not in the request.")
		}
		b.WriteString(name + ":")
		for i, value := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(foldSpaces(value))
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// foldSpaces obeys "remove any leading or trailing spaces, and convert
// sequential spaces to a single space"; other white space is left alone.
func foldSpaces(value string) string {
	words := strings.FieldsFunc(value, func(c rune) bool { return c == ' ' })
	return strings.Join(words, " ")
}

// headerValues knows the two headers that net/http takes out of the map.
func headerValues(r *http.Request, name string) ([]string, bool) {
	if name == "host" {
		return []string{r.Host}, r.Host != ""
	}
	values := r.Header.Values(name)
	if name == "content-length" && len(values) == 0 && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}, true
	}
	return values, len(values) > 0
}

// canonicalRequest is the text whose hash is signed.
func canonicalRequest(r *http.Request, params []param, signed []string, bodyHash string) (string, error) {
	headers, err := canonicalHeaders(r, signed)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{
		r.Method,
		canonicalPath(r.URL.EscapedPath()),
		canonicalQuery(params),
		headers,
		strings.Join(signed, ";"),
		bodyHash,
	}, "\n"), nil
}

func hexHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
