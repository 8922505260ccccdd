package starturl_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/starturl"
)

// origin serves one document as the description of a center; ORIGIN and HOST in
// it are replaced by where it is served.
func origin(t *testing.T, document string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "GET" || r.URL.String() != "/.well-known/latchkey-center" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		w.Write([]byte(strings.NewReplacer("ORIGIN", "http://"+r.Host, "HOST", r.Host).Replace(document)))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const wellKnown = `{"region":"eu-west-1","start_url":"ORIGIN/start","endpoints":{"sso":"ORIGIN","sso_oidc":"ORIGIN/","sts":"ORIGIN"}}`

func TestDiscover(t *testing.T) {
	at := origin(t, wellKnown)
	got, ok, err := starturl.Discover(t.Context(), http.DefaultClient, at+"/start#/")
	want := starturl.Center{Region: "eu-west-1", StartURL: at + "/start", SSO: at, SSOOIDC: at + "/", STS: at}
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("%v, %v (-want +got):\n%s", ok, err, diff)
	}
}

// http goes nowhere but to this machine, where AWS is not: what answers there
// and is no center is told as such.
func TestDiscoverOtherContent(t *testing.T) {
	for _, document := range []string{"", "<html>", "[]", "null", "{}", `{"region":`, `{"region":7}`, strings.Repeat(" ", 70<<10) + wellKnown} {
		_, _, err := starturl.Discover(t.Context(), http.DefaultClient, origin(t, document))
		checkUnreachable(t, document, err, "is no center")
	}
	notFound := httptest.NewServer(http.NotFoundHandler())
	defer notFound.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(origin(t, wellKnown)+"/.well-known/latchkey-center", http.StatusFound))
	defer elsewhere.Close()
	for _, at := range []string{notFound.URL, elsewhere.URL} {
		_, _, err := starturl.Discover(t.Context(), http.DefaultClient, at+"/start")
		checkUnreachable(t, at, err, "is no center")
	}
	remote := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
	})}
	if _, ok, err := starturl.Discover(t.Context(), remote, "https://portal.example.com/start"); ok || err != nil {
		t.Errorf("a host of somebody's: %v, %v", ok, err)
	}
}

func TestDiscoverAnotherPage(t *testing.T) {
	at := origin(t, wellKnown)
	for _, typed := range []string{at, at + "/startt", at + "/start/x"} {
		_, _, err := starturl.Discover(t.Context(), http.DefaultClient, typed)
		if e, ok := errors.AsType[*starturl.HintError](err); !ok || e.Hint != "use "+at+"/start" {
			t.Errorf("%s: %v", typed, err)
		}
	}
}

// A description that would lead secrets away from the typed address is said
// to, not followed.
func TestDiscoverRefuses(t *testing.T) {
	for name, edit := range map[string][2]string{
		"region":           {"eu-west-1", "evil.com/"},
		"start URL":        {"ORIGIN/start", "http://center.example.com/start"},
		"another host":     {`"sts":"ORIGIN"`, `"sts":"https://evil.example.com"`},
		"another port":     {`"sts":"ORIGIN"`, `"sts":"http://127.0.0.1:1"`},
		"another scheme":   {`"sts":"ORIGIN"`, `"sts":"https://HOST"`},
		"host prefix":      {`"sts":"ORIGIN"`, `"sts":"ORIGIN.evil.example.com"`},
		"user":             {`"sts":"ORIGIN"`, `"sts":"http://evil@HOST"`},
		"query":            {`"sts":"ORIGIN"`, `"sts":"ORIGIN/?x"`},
		"missing endpoint": {`"sts":"ORIGIN"`, `"sts":""`},
	} {
		at := origin(t, strings.Replace(wellKnown, edit[0], edit[1], 1))
		_, _, err := starturl.Discover(t.Context(), http.DefaultClient, at+"/start")
		checkHint(t, name, err, "describes itself with")
	}
}

func TestDiscoverAsksNobodyAboutAWS(t *testing.T) {
	hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return nil, errors.New("no")
	})}
	if _, ok, err := starturl.Discover(t.Context(), hc, "https://my-sso-portal.awsapps.com/start"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func checkUnreachable(t *testing.T, what string, err error, text string) {
	t.Helper()
	if e, ok := errors.AsType[*starturl.UnreachableError](err); !ok || e.Hint == "" || !strings.Contains(err.Error(), text) {
		t.Errorf("%q: got %#v, want %q and a hint", what, err, text)
	}
}

// A center that is down is told as such.
func TestDiscoverWithoutAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, _, err = starturl.Discover(t.Context(), http.DefaultClient, "http://"+l.Addr().String()+"/start")
	checkUnreachable(t, "refused", err, "no answer from http://"+l.Addr().String()+": ")

	silent := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}
	synctest.Test(t, func(t *testing.T) {
		_, _, err := starturl.Discover(t.Context(), silent, "https://center.example.com/start")
		checkUnreachable(t, "remote", err, "no answer from https://center.example.com: it did not answer in time")
		_, _, err = starturl.Discover(t.Context(), silent, "http://127.0.0.1:1/start")
		checkUnreachable(t, "silent", err, "did not answer in time")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := starturl.Discover(ctx, silent, "http://127.0.0.1:1/start"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestDiscoverBehindAProxyThatAnswers(t *testing.T) {
	ill := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusBadGateway, Body: http.NoBody}, nil
	})}
	_, _, err := starturl.Discover(t.Context(), ill, "https://center.example.com/start")
	checkUnreachable(t, "502", err, "no answer from https://center.example.com: it answered 502 Bad Gateway")
}

// Whoever mistakes the scheme is told the other one.
func TestDiscoverAnotherScheme(t *testing.T) {
	plain, secure := httptest.NewServer(http.NotFoundHandler()), httptest.NewUnstartedServer(http.NotFoundHandler())
	defer plain.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	host := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	for typed, other := range map[string]string{
		"https://" + host(plain) + "/start": "http://" + host(plain) + "/start",
		"http://" + host(secure) + "/start": "https://" + host(secure) + "/start",
		"http://" + alert(t) + "/start#/":   "https://" + "HOST/start#/",
	} {
		_, _, err := starturl.Discover(t.Context(), http.DefaultClient, typed)
		checkUnreachable(t, typed, err, "speaks")
		u, _ := errors.AsType[*starturl.UnreachableError](err)
		if want := "use " + strings.Replace(other, "HOST", strings.Split(typed, "/")[2], 1); u == nil || u.Hint != want {
			t.Errorf("%s: %+v, want %q", typed, u, want)
		}
	}
}

// alert serves what most servers of TLS say to a request without it.
func alert(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 1024))
			conn.Write([]byte("\x15\x03\x01\x00\x02\x02\x46\r\n"))
			conn.Close()
		}
	}()
	return l.Addr().String()
}

func TestDiscoverUntrusted(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	_, _, err := starturl.Discover(t.Context(), http.DefaultClient, secure.URL+"/start")
	if e, ok := errors.AsType[*starturl.UnreachableError](err); !ok || !strings.Contains(e.Hint, "AWS_CA_BUNDLE") {
		t.Errorf("got %v", err)
	}
}
