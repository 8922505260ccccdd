package oauth

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRedirectURIs(t *testing.T) {
	for _, uri := range []string{"http://127.0.0.1/oauth/callback", "http://127.0.0.1:8000/cb", "http://[::1]/oauth/callback"} {
		if notLoopback(uri) {
			t.Errorf("%s is refused", uri)
		}
	}
	for _, uri := range []string{
		"", "http://127.0.0.1", "https://127.0.0.1/cb", "http://localhost/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1@evil.example/cb",
		"http://evil.example/#@127.0.0.1/", "http://127.0.0.1/cb?x=1", "http://127.0.0.1/cb#x", "javascript://127.0.0.1/%0aalert(1)",
		"http://2130706433/cb", "http://0.0.0.0/cb", "http://10.0.0.1/cb", "http://127.0.0.1\\@evil.example/cb", "//127.0.0.1/cb", "http://127.0.0.1/ cb",
	} {
		if !notLoopback(uri) {
			t.Errorf("%s is taken", uri)
		}
	}
}

func TestStartURLs(t *testing.T) {
	set, err := NewStartURLs("https://d-1.awsapps.com/start", "http://127.0.0.1:8080/start")
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{
		"https://d-1.awsapps.com/start", "https://d-1.awsapps.com/start/", "https://d-1.awsapps.com/start#/", "https://d-1.awsapps.com/start/#/",
		"https://D-1.awsapps.com/start#", "http://127.0.0.1:8080/start/",
	} {
		if !set.Has(u) {
			t.Errorf("%s is refused", u)
		}
	}
	for _, u := range []string{
		"", "start", "http://d-1.awsapps.com/start", "https://d-1.awsapps.com", "https://d-1.awsapps.com/Start", "https://d-1.awsapps.com/start/x",
		"https://d-1.awsapps.com/start?x", "https://d-1.awsapps.com/start?", "https://d-1.awsapps.com/start#/device", "https://u@d-1.awsapps.com/start",
		"https://d-1.awsapps.com:444/start", "http://127.0.0.1:8081/start", "https://d-1.awsapps.com/%73tart", "ftp://d-1.awsapps.com/start",
	} {
		if set.Has(u) {
			t.Errorf("%s is taken", u)
		}
	}
	if _, err := NewStartURLs("d-1.awsapps.com"); err == nil {
		t.Error("no URL")
	}
}

func FuzzBodies(f *testing.F) {
	f.Add(`{"clientName":"x","clientType":"public"}`)
	f.Add(`{"clientName":1}`)
	f.Add(`{"scopes":[null,{}]}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, in := range []any{new(registerInput), new(startDeviceInput), new(tokenInput)} {
			err := readJSON(httptest.NewRequest("POST", "/", strings.NewReader(body)), in)
			if e, ok := errors.AsType[*Error](err); err != nil && (!ok || e.Exception != "InvalidRequestException") {
				t.Errorf("%q: %v", body, err)
			}
			if register, ok := in.(*registerInput); ok && err == nil {
				register.check() // must not panic
			}
		}
	})
}
