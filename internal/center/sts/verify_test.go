package sts_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"latchkey/internal/center/vendor"
)

// headerSigned is a request as an SDK sends it, signed at noon.
func headerSigned(t testing.TB, k vendor.Credentials, region, service string) *http.Request {
	t.Helper()
	r := httptest.NewRequest("POST", "http://center.test/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Content-Sha256", hash(form))
	err := v4.NewSigner().SignHTTP(t.Context(), credentials(k), r, hash(form), service, region, noon)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func presigned(t *testing.T, k vendor.Credentials, expires string) *http.Request {
	t.Helper()
	r := httptest.NewRequest("GET", "http://center.test/?"+form+"&X-Amz-Expires="+expires, nil)
	signed, header, err := v4.NewSigner().PresignHTTP(t.Context(), credentials(k), r, hash(""), "sts", "us-east-1", noon)
	if err != nil {
		t.Fatal(err)
	}
	r = httptest.NewRequest("GET", signed, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

func setQuery(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func setBody(body string) func(*http.Request) {
	return func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body)) }
}

func replaceAuthorization(old, with string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, with, 1))
	}
}

func TestEveryChangeOfASignedRequestIsRefused(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		code   string
	}{
		{"nothing", func(*http.Request) {}, ""},
		{"host", func(r *http.Request) { r.Host = "other.test" }, "SignatureDoesNotMatch"},
		{"method", func(r *http.Request) { r.Method = "GET"; r.URL.RawQuery = form }, "SignatureDoesNotMatch"},
		{"path", func(r *http.Request) { r.URL.Path = "/x" }, "SignatureDoesNotMatch"},
		{"query", func(r *http.Request) { r.URL.RawQuery = "a=1" }, "SignatureDoesNotMatch"},
		{"body", setBody(form + "&a=1"), "SignatureDoesNotMatch"},
		{"body and its hash", func(r *http.Request) {
			setBody(form + "&a=1")(r)
			r.Header.Set("X-Amz-Content-Sha256", hash(form+"&a=1"))
		}, "SignatureDoesNotMatch"},
		{"no hash of the body", func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }, "SignatureDoesNotMatch"},
		{"content type", setHeader("Content-Type", "application/x-www-form-urlencoded"), "SignatureDoesNotMatch"},
		{"date, the same day", setHeader("X-Amz-Date", "20261122T120001Z"), "SignatureDoesNotMatch"},
		{"date, another day", setHeader("X-Amz-Date", "20261123T120000Z"), "SignatureDoesNotMatch"},
		{"no date", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, "IncompleteSignature"},
		{"token", setHeader("X-Amz-Security-Token", key.SessionToken[4:]), "InvalidClientTokenId"},
		{"no token", func(r *http.Request) { r.Header.Del("X-Amz-Security-Token") }, "SignatureDoesNotMatch"},
		{"token twice", func(r *http.Request) { r.Header.Add("X-Amz-Security-Token", key.SessionToken) }, "InvalidClientTokenId"},
		{"an unsigned X-Amz- header", setHeader("X-Amz-Target", "x"), "SignatureDoesNotMatch"},
		{"an unsigned other header", setHeader("User-Agent", "x"), ""},
		{"token not signed", replaceAuthorization(";x-amz-security-token", ""), "SignatureDoesNotMatch"},
		{"host not signed", replaceAuthorization("host;", ""), "SignatureDoesNotMatch"},
		{"scope: day", replaceAuthorization("/20261122/", "/20261121/"), "SignatureDoesNotMatch"},
		{"scope: region", replaceAuthorization("/us-east-1/", "/us-east-2/"), "SignatureDoesNotMatch"},
		{"scope: no region", replaceAuthorization("/us-east-1/", "//"), "SignatureDoesNotMatch"},
		{"scope: service", replaceAuthorization("/sts/", "/iam/"), "SignatureDoesNotMatch"},
		{"scope: terminator", replaceAuthorization("/aws4_request", "/aws5_request"), "SignatureDoesNotMatch"},
		{"signature", replaceAuthorization("Signature=", "Signature=0"), "SignatureDoesNotMatch"},
		{"key", replaceAuthorization("Credential=ASIA", "Credential=AKIA"), "InvalidClientTokenId"},
		{"no authorization", func(r *http.Request) { r.Header.Del("Authorization") }, "MissingAuthenticationToken"},
		{"two authorizations", func(r *http.Request) { r.Header.Add("Authorization", "x") }, "IncompleteSignature"},
		{"signed in the query too", setQuery("X-Amz-Signature", "00"), "IncompleteSignature"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := headerSigned(t, key, "us-east-1", "sts")
			tt.change(r)
			if status, code := answer(t, s, r); code != tt.code || (status == http.StatusOK) != (tt.code == "") {
				t.Errorf("got %d %q, want %q", status, code, tt.code)
			}
		})
	}
}

func TestEveryChangeOfAPresignedRequestIsRefused(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		code   string
	}{
		{"nothing", func(*http.Request) {}, ""},
		{"order of the query", func(r *http.Request) {
			pairs := strings.Split(r.URL.RawQuery, "&")
			r.URL.RawQuery = strings.Join(append(pairs[1:], pairs[0]), "&")
		}, ""},
		{"host", func(r *http.Request) { r.Host = "other.test" }, "SignatureDoesNotMatch"},
		{"method", func(r *http.Request) {
			r.Method = "POST"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			setBody(form)(r)
		}, "SignatureDoesNotMatch"},
		{"path", func(r *http.Request) { r.URL.Path = "/x" }, "SignatureDoesNotMatch"},
		{"body", setBody("x"), "SignatureDoesNotMatch"},
		{"one parameter more", setQuery("a", "1"), "SignatureDoesNotMatch"},
		{"a parameter twice", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Expires=60" }, "IncompleteSignature"},
		{"expires", setQuery("X-Amz-Expires", "61"), "SignatureDoesNotMatch"},
		{"expires 0", setQuery("X-Amz-Expires", "0"), "IncompleteSignature"},
		{"expires -1", setQuery("X-Amz-Expires", "-1"), "IncompleteSignature"},
		{"expires in more than a week", setQuery("X-Amz-Expires", "604801"), "IncompleteSignature"},
		{"empty expires", setQuery("X-Amz-Expires", ""), "IncompleteSignature"},
		{"no expires", func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Expires=60", "", 1) }, "SignatureDoesNotMatch"},
		{"date", setQuery("X-Amz-Date", "20261122T120001Z"), "SignatureDoesNotMatch"},
		{"no date", setQuery("X-Amz-Date", "yesterday"), "IncompleteSignature"},
		{"algorithm", setQuery("X-Amz-Algorithm", "AWS4-HMAC-SHA1"), "IncompleteSignature"},
		{"token", setQuery("X-Amz-Security-Token", key.SessionToken+"x"), "InvalidClientTokenId"},
		{"token in a header", func(r *http.Request) {
			q := r.URL.Query()
			q.Del("X-Amz-Security-Token")
			r.URL.RawQuery = q.Encode()
			r.Header.Set("X-Amz-Security-Token", key.SessionToken)
		}, "SignatureDoesNotMatch"},
		{"signed headers", setQuery("X-Amz-SignedHeaders", "date"), "SignatureDoesNotMatch"},
		{"credential", setQuery("X-Amz-Credential", "ASIAAAAAAAAAAAAAAAAA/20261122/us-east-1/sts/aws4_request"), "InvalidClientTokenId"},
		{"signature", setQuery("X-Amz-Signature", strings.Repeat("0", 64)), "SignatureDoesNotMatch"},
		{"no signature", setQuery("X-Amz-Signature", ""), "IncompleteSignature"},
		{"not a query", func(r *http.Request) { r.URL.RawQuery = "%zz" }, "MalformedQueryString"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := presigned(t, key, "60")
			tt.change(r)
			if status, code := answer(t, s, r); code != tt.code || (status == http.StatusOK) != (tt.code == "") {
				t.Errorf("got %d %q, want %q", status, code, tt.code)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		name, expires string // "": signed in a header
		now           time.Duration
		code          string
	}{
		{"15 minutes late", "", 15 * time.Minute, ""},
		{"later", "", 15*time.Minute + time.Second, "SignatureDoesNotMatch"},
		{"15 minutes early", "", -15 * time.Minute, ""},
		{"earlier", "", -15*time.Minute - time.Second, "SignatureDoesNotMatch"},
		{"the last second of the key", "", time.Hour - time.Second, "SignatureDoesNotMatch"},
		{"presigned, its last second", "60", time.Minute, ""},
		{"presigned, after it", "60", time.Minute + time.Second, "SignatureDoesNotMatch"},
		{"presigned, early", "60", -16 * time.Minute, "SignatureDoesNotMatch"},
		{"presigned for a week, the key's last second", "604800", time.Hour - time.Second, ""},
		{"presigned for a week, the key ended", "604800", time.Hour, "ExpiredToken"},
	} {
		s := newService()
		key := issue(t, s, alice)
		r := headerSigned(t, key, "us-east-1", "sts")
		if tt.expires != "" {
			r = presigned(t, key, tt.expires)
		}
		s.Now = func() time.Time { return noon.Add(tt.now) }
		if _, code := answer(t, s, r); code != tt.code {
			t.Errorf("%s: got %q, want %q", tt.name, code, tt.code)
		}
	}
}
