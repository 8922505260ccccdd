package sts

import (
	"bufio"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	emptyHash     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// TestPublishedSignatures holds the canonical form to signatures that AWS
// published: the ListUsers example of its general reference and the Signature
// Version 4 test suite (service "service"), and the presigned example of S3,
// whose path needs no encoding, so that S3's exception does not show.
func TestPublishedSignatures(t *testing.T) {
	suite := scope{"20150830", "us-east-1", "service", "aws4_request"}
	iam := scope{"20150830", "us-east-1", "iam", "aws4_request"}
	s3 := scope{"20130524", "us-east-1", "s3", "aws4_request"}
	const suiteHost = "Host:example.amazonaws.com\r\nX-Amz-Date:20150830T123600Z\r\n"
	const presigned = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=ignored"
	for _, tt := range []struct {
		name, request, signed, bodyHash, secret string
		scope                                   scope
		want                                    string
	}{
		{"ListUsers", "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nHost: iam.amazonaws.com\r\nX-Amz-Date: 20150830T123600Z\r\n",
			"content-type;host;x-amz-date", emptyHash, exampleSecret, iam, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
		{"get-vanilla", "GET / HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST / HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET /?Param2=value2&Param1=value1 HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-utf8-query", "GET /?%E1%88%B4=bar HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{"normalize-path/get-relative", "GET /example/.. HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"normalize-path/get-slashes", "GET //./ HTTP/1.1\r\n" + suiteHost, "host;x-amz-date", emptyHash, exampleSecret, suite,
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"presigned object of S3", "GET /test.txt?" + presigned + " HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n",
			"host", "UNSIGNED-PAYLOAD", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", s3,
			"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(tt.request + "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			query, err := parseQuery(r.URL.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			canonical, err := canonicalRequest(r, query, strings.Split(tt.signed, ";"), tt.bodyHash)
			if err != nil {
				t.Fatal(err)
			}
			at, _ := time.Parse("20060102", tt.scope.date)
			if tt.scope.date == "20150830" {
				at = at.Add(12*time.Hour + 36*time.Minute)
			}
			if got := hex.EncodeToString(sign(tt.secret, tt.scope, at, canonical)); got != tt.want {
				t.Errorf("signature %s, want %s, of\n%s", got, tt.want, canonical)
			}
		})
	}
}

func TestCanonicalParts(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"", ""},
		{"b=2&a=1", "a=1&b=2"},
		{"a=2&a=1", "a=1&a=2"},
		{"a", "a="},
		{"a&&b", "a=&b="},
		{"a=b=c", "a=b%3Dc"},
		{"a=%7e~*'()", "a=~~%2A%27%28%29"},
		{"a=x+y%2B", "a=x%20y%2B"},
		{"a-b=1&a=2", "a=2&a-b=1"},
		{"X-Amz-Signature=00&X-Amz-Date=1", "X-Amz-Date=1"},
	} {
		query, err := parseQuery(tt.raw)
		if err != nil {
			t.Fatalf("%q: %v", tt.raw, err)
		}
		if got := canonicalQuery(query); got != tt.want {
			t.Errorf("query %q: got %q, want %q", tt.raw, got, tt.want)
		}
	}
	for path, want := range map[string]string{
		"": "/", "/": "/", "/a//b/./c/../d/": "/a/b/d/", "/../..": "/", "/a%20b": "/a%2520b", "/~_-.": "/~_-.",
	} {
		if got := canonicalPath(path); got != want {
			t.Errorf("path %q: got %q, want %q", path, got, want)
		}
	}
	r := &http.Request{Host: "h", Header: http.Header{"My-Header": {"  a   b ", "\"c  d\"\t"}}, ContentLength: 7}
	got, err := canonicalHeaders(r, []string{"content-length", "host", "my-header"})
	if want := "content-length:7\nhost:h\nmy-header:a b,\"c d\"\t\n"; err != nil || got != want {
		t.Errorf("headers %q, %v; want %q", got, err, want)
	}
	if _, err := canonicalHeaders(r, []string{"absent"}); err == nil {
		t.Error("a signed header that is absent was not refused")
	}
}

func TestReadSignature(t *testing.T) {
	const (
		credential = "Credential=ASIAEXAMPLE/20261122/us-east-1/sts/aws4_request"
		headers    = "SignedHeaders=host;x-amz-date"
		value      = "Signature=" + emptyHash
	)
	good := algorithm + " " + credential + ", " + headers + ", " + value
	for _, tt := range []struct{ name, authorization, code string }{
		{"good", good, ""},
		{"no spaces", algorithm + " " + credential + "," + headers + "," + value, ""},
		{"another order", algorithm + " " + value + ", " + headers + ", " + credential, ""},
		{"basic", "Basic YTpi", "IncompleteSignature"},
		{"empty", "", "IncompleteSignature"},
		{"algorithm alone", algorithm, "IncompleteSignature"},
		{"no credential", algorithm + " " + headers + ", " + value, "IncompleteSignature"},
		{"no headers", algorithm + " " + credential + ", " + value, "IncompleteSignature"},
		{"no signature", algorithm + " " + credential + ", " + headers, "IncompleteSignature"},
		{"twice", good + ", " + value, "IncompleteSignature"},
		{"four elements", strings.Replace(good, "/us-east-1", "", 1), "IncompleteSignature"},
		{"six elements", strings.Replace(good, "/sts", "/sts/sts", 1), "IncompleteSignature"},
		{"headers out of order", strings.Replace(good, "host;x-amz-date", "x-amz-date;host", 1), "IncompleteSignature"},
		{"header twice", strings.Replace(good, "host;", "host;host;", 1), "IncompleteSignature"},
		{"capital header", strings.Replace(good, "host;", "Host;", 1), "IncompleteSignature"},
		{"short signature", good[:len(good)-2], "SignatureDoesNotMatch"},
		{"no hexadecimal", good[:len(good)-1] + "g", "SignatureDoesNotMatch"},
	} {
		h := http.Header{"Authorization": {tt.authorization}, "X-Amz-Date": {"20261122T120000Z"}}
		_, err := readSignature(&http.Request{Header: h}, nil)
		if got := code(err); got != tt.code {
			t.Errorf("%s: %v, want code %q", tt.name, err, tt.code)
		}
	}
}

func TestSigningTime(t *testing.T) {
	want := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		h    http.Header
		ok   bool
	}{
		{"X-Amz-Date", http.Header{"X-Amz-Date": {"20261122T120000Z"}}, true},
		{"X-Amz-Date wins", http.Header{"X-Amz-Date": {"20261122T120000Z"}, "Date": {"x"}}, true},
		{"Date of HTTP", http.Header{"Date": {"Sun, 22 Nov 2026 12:00:00 GMT"}}, true},
		{"Date of ISO", http.Header{"Date": {"20261122T120000Z"}}, true},
		{"none", http.Header{}, false},
		{"two", http.Header{"X-Amz-Date": {"20261122T120000Z", "20261122T120000Z"}}, false},
		{"X-Amz-Date of HTTP", http.Header{"X-Amz-Date": {"Sun, 22 Nov 2026 12:00:00 GMT"}}, false},
		{"month 13", http.Header{"X-Amz-Date": {"20261322T120000Z"}}, false},
	} {
		got, err := signingTime(tt.h)
		if (err == nil) != tt.ok || tt.ok && !got.Equal(want) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

func code(err error) string {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func FuzzAuthorization(f *testing.F) {
	f.Add(algorithm + " Credential=A/20261122/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + emptyHash)
	f.Add(algorithm + " Credential=,SignedHeaders=;,Signature=")
	f.Add("AWS4-HMAC-SHA256")
	f.Fuzz(func(t *testing.T, authorization string) {
		h := http.Header{"Authorization": {authorization}, "X-Amz-Date": {"20261122T120000Z"}}
		sig, err := readSignature(&http.Request{Header: h}, nil)
		if err != nil {
			if code(err) == err.Error() {
				t.Fatalf("not an answer of the protocol: %v", err)
			}
			return
		}
		if len(sig.value) != 32 || len(sig.headers) == 0 || strings.Count(sig.scope.String(), "/") != 3 {
			t.Fatalf("accepted %q as %+v", authorization, sig)
		}
	})
}

// FuzzQuery: reading the canonical form gives the canonical form again, and the
// parameters that were read are those that net/url reads.
func FuzzQuery(f *testing.F) {
	f.Add("a=1&b=%20+&b=")
	f.Add("Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=00")
	f.Add("%zz=;&=&==")
	f.Fuzz(func(t *testing.T, raw string) {
		params, err := parseQuery(raw)
		if err != nil {
			return
		}
		canonical := canonicalQuery(params)
		again, err := parseQuery(canonical)
		if err != nil || canonicalQuery(again) != canonical {
			t.Fatalf("%q: canonical %q is read as %q, %v", raw, canonical, canonicalQuery(again), err)
		}
		if strings.Contains(raw, ";") {
			return // net/url refuses it
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatalf("%q: net/url refuses it: %v", raw, err)
		}
		for _, p := range params {
			if values.Get(p.name) != first(params, p.name) {
				t.Fatalf("%q: %q is %q here and %q for net/url", raw, p.name, first(params, p.name), values.Get(p.name))
			}
		}
	})
}
