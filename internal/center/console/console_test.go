package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/console"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/policy"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
	"latchkey/internal/center/web"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is a console whose credentials are those of a real token service.
type world struct {
	*console.Service
	sts    *sts.Service
	events []audit.Event
	log    bytes.Buffer
	now    time.Time
	err    error // of the directory and the record
}

func (w *world) Record(_ context.Context, e audit.Event) error {
	w.events = append(w.events, e)
	return w.err
}

func (w *world) AccountName(_ context.Context, id string) (string, error) {
	if id != "123456789011" {
		return "", directory.ErrNotFound
	}
	return "Developer <b>", w.err
}

func (w *world) HasAccount(context.Context, string) (bool, error) { return true, nil }

func (w *world) Policies(context.Context, string, string, string) (policy.Policies, error) {
	return policy.Policies{Managed: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	pages, err := web.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{now: noon}
	now := func() time.Time { return w.now }
	key := secret.NewKey()
	w.sts = &sts.Service{Store: w, Key: key.Derive("sts"), Now: now, Region: "us-east-1", Audit: audit.Discard{}}
	w.Service = &console.Service{
		Credentials: w.sts, Accounts: w, Key: key.Derive("console"), Pages: pages, Origin: "http://127.0.0.1:8080",
		Audit: w, Now: now, Logger: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	return w
}

func (w *world) credentials(t *testing.T) vendor.Credentials {
	t.Helper()
	c, err := w.sts.Vend(t.Context(), vendor.Grant{
		User: directory.User{ID: "u-alice", Name: "alice"}, AccountID: "123456789011",
		PermissionSet: directory.PermissionSet{ID: "p", Name: "ReadOnly"}, Duration: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sessionJSON(c vendor.Credentials) string {
	text, _ := json.Marshal(map[string]string{"sessionId": c.AccessKeyID, "sessionKey": c.SecretAccessKey, "sessionToken": c.SessionToken})
	return string(text)
}

func (w *world) get(query url.Values) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, httptest.NewRequest("GET", console.Path+"?"+query.Encode(), nil))
	return answer
}

// signinToken asks for one by GET, with more parameters than are always needed.
func (w *world) signinToken(t *testing.T, c vendor.Credentials, more url.Values) string {
	t.Helper()
	query := url.Values{"Action": {"getSigninToken"}, "Session": {sessionJSON(c)}}
	for name, values := range more {
		query[name] = values
	}
	answer := w.get(query)
	var out map[string]string
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil || answer.Code != http.StatusOK || len(out) != 1 || out["SigninToken"] == "" {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return out["SigninToken"]
}

func login(token, destination string) url.Values {
	return url.Values{"Action": {"login"}, "Issuer": {"https://example.com/"}, "Destination": {destination}, "SigninToken": {token}}
}

func TestLinkSaysWhoseConsole(t *testing.T) {
	w := newWorld(t)
	c := w.credentials(t)
	token := w.signinToken(t, c, nil)
	if strings.Contains(token, c.AccessKeyID) || strings.ContainsAny(token, "+/=") {
		t.Errorf("sign-in token %q", token)
	}
	for range 2 { // AWS's are good more than once, too
		answer := w.get(login(token, "https://console.aws.amazon.com/s3?a=<b>&\u202e"))
		page := answer.Body.String()
		for _, want := range []string{
			`id="console_account"><bdi>Developer &lt;b&gt;</bdi>, 123456789011<`, `id="console_role">AWSReservedSSO_ReadOnly_`,
			`id="console_session">alice<`, `id="console_until">22 Nov 2026, 13:00 UTC<`,
			`<bdi>https://console.aws.amazon.com/s3?a=&lt;b&gt;&amp;\u{202e}</bdi>`, `<bdi>https://example.com/</bdi>`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("no %s in %d\n%s", want, answer.Code, page)
			}
		}
		if strings.Contains(page, `href="https`) || answer.Header().Get("Location") != "" {
			t.Errorf("the page leads somewhere: %s", page)
		}
	}
	if len(w.events) != 2 || w.events[0].Action != "console sign-in" || w.events[0].User != "alice" || w.events[0].Details["arn"] != c.ARN {
		t.Errorf("recorded %+v", w.events)
	}
}

func TestPostIsTheSame(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"Action": {"getSigninToken"}, "Session": {sessionJSON(w.credentials(t))}}
	r := httptest.NewRequest("POST", console.Path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"SigninToken"`) {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestSessionDuration(t *testing.T) {
	w := newWorld(t)
	token := w.signinToken(t, w.credentials(t), url.Values{"SessionDuration": {"43200"}})
	if page := w.get(login(token, "x")).Body.String(); !strings.Contains(page, `id="console_until">23 Nov 2026, 00:00 UTC<`) {
		t.Error(page)
	}
}

func TestNoTokenFor(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*world, *vendor.Credentials, url.Values)
	}{
		{"no session", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Del("Session") }},
		{"no JSON", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("Session", "{") }},
		{"a list", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("Session", "[]") }},
		{"nothing in it", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("Session", "{}") }},
		{"another key", func(_ *world, c *vendor.Credentials, _ url.Values) { c.SecretAccessKey += "x" }},
		{"another id", func(_ *world, c *vendor.Credentials, _ url.Values) { c.AccessKeyID = "ASIAQNZGKIQY56JQ7WML" }},
		{"another token", func(_ *world, c *vendor.Credentials, _ url.Values) { c.SessionToken = c.SessionToken[4:] }},
		{"ended", func(w *world, _ *vendor.Credentials, _ url.Values) { w.now = noon.Add(time.Hour) }},
		{"899 seconds", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("SessionDuration", "899") }},
		{"43201 seconds", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("SessionDuration", "43201") }},
		{"an hour", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("SessionDuration", "1h") }},
		{"no duration", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("SessionDuration", "") }},
		{"no action", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Del("Action") }},
		{"another action", func(_ *world, _ *vendor.Credentials, q url.Values) { q.Set("Action", "logout") }},
	} {
		w := newWorld(t)
		c, query := w.credentials(t), url.Values{"Action": {"getSigninToken"}, "Session": {""}}
		tt.change(w, &c, query)
		if query["Session"] != nil && query.Get("Session") == "" {
			query.Set("Session", sessionJSON(c))
		}
		if answer := w.get(query); answer.Code != http.StatusBadRequest || strings.Contains(answer.Body.String(), "SigninToken\"") {
			t.Errorf("%s: %d %s", tt.name, answer.Code, answer.Body)
		}
	}
}

func TestNoPageFor(t *testing.T) {
	w := newWorld(t)
	token := w.signinToken(t, w.credentials(t), nil)
	other := newWorld(t)
	for _, tt := range []struct {
		name  string
		query url.Values
		after time.Duration
	}{
		{"no token", login("", "x"), 0},
		{"no destination", login(token, ""), 0},
		{"a changed token", login(token[:len(token)-2]+"AA", "x"), 0},
		{"the token of another center", login(other.signinToken(t, other.credentials(t), nil), "x"), 0},
		{"what is no base64", login("%%%", "x"), 0},
		{"a token after 15 minutes", login(token, "x"), 15 * time.Minute},
	} {
		w.now = noon.Add(tt.after)
		if answer := w.get(tt.query); answer.Code != http.StatusBadRequest || strings.Contains(answer.Body.String(), "console_account") {
			t.Errorf("%s: %d %s", tt.name, answer.Code, answer.Body)
		}
	}
	if len(w.events) != 0 {
		t.Errorf("recorded %+v", w.events)
	}
}

// TestTokenEndsWithItsSession, though it is younger than 15 minutes.
func TestTokenEndsWithItsSession(t *testing.T) {
	w := newWorld(t)
	c := w.credentials(t)
	w.now = noon.Add(55 * time.Minute)
	token := w.signinToken(t, c, nil)
	w.now = noon.Add(time.Hour)
	if answer := w.get(login(token, "x")); answer.Code != http.StatusBadRequest {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestLoginURL(t *testing.T) {
	w := newWorld(t)
	c := w.credentials(t)
	for destination, shown := range map[string]string{"": "https://console.aws.amazon.com/", "https://console.aws.amazon.com/ec2": "https://console.aws.amazon.com/ec2"} {
		link, err := w.LoginURL(t.Context(), c, destination)
		if err != nil || !strings.HasPrefix(link, "http://127.0.0.1:8080/federation?") || strings.Contains(link, url.QueryEscape(c.SecretAccessKey)) {
			t.Fatalf("%s, %v", link, err)
		}
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest("GET", link, nil))
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "<bdi>"+shown+"</bdi>") {
			t.Errorf("%q: %d %s", destination, answer.Code, answer.Body)
		}
	}
	if _, err := w.LoginURL(t.Context(), vendor.Credentials{}, ""); !errors.Is(err, sts.ErrInvalid) {
		t.Errorf("nobody's credentials: %v", err)
	}
}

func TestWhatFailsInsideTellsTheLogAlone(t *testing.T) {
	w := newWorld(t)
	token := w.signinToken(t, w.credentials(t), nil)
	w.err = errors.New("disk on fire")
	answer := w.get(login(token, "x"))
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "fire") || !strings.Contains(w.log.String(), "disk on fire") {
		t.Errorf("%d %s\nlog %s", answer.Code, answer.Body, w.log.String())
	}
}

// FuzzFederation: whatever is asked, the answer is a token for the one session
// that is genuine, or 400.
func FuzzFederation(f *testing.F) {
	f.Add("Action=getSigninToken&Session={}")
	f.Add("Action=login&SigninToken=AAAA&Destination=x")
	f.Add("Action=%zz")
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", console.Path, nil)
		r.URL.RawQuery = query
		answer := httptest.NewRecorder()
		newWorld(t).ServeHTTP(answer, r)
		if answer.Code != http.StatusBadRequest {
			t.Fatalf("%q: %d %s", query, answer.Code, answer.Body)
		}
	})
}
