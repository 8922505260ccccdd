package center_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center"
)

// guide is the user guide's directory. The passwords are "correct horse" and
// "battery staple", hashed already for the tests to begin sooner.
const guide = `
users:
  - {name: alice, email: alice@example.com, password_hash: '$argon2id$v=19$m=19456,t=2,p=1$bauT5y+Fqs0ARGCrSO+grw$hC7Jr3dbc7Wq/7SbYGQEeSzdOd2vU5485fbRApd8aiw'}
  - {name: bob, email: bob@example.com, password_hash: '$argon2id$v=19$m=19456,t=2,p=1$VySGGpVovaWTMUqxcxEw9g$UEjACNFsPeHUnVtMz4d11ITwQH7NDNwaYbu3XeTKzL0'}
groups: [{name: developers, members: [alice]}]
accounts:
  - {id: "123456789022", name: ProductionAccount, email: production-account-admin@example.com}
  - {id: "123456789011", name: DeveloperAccount, email: developer-account-admin@example.com}
permission_sets:
  - {name: ReadOnly, session_duration: 1h}
  - {name: FullAccess, session_duration: 8h}
assignments:
  - {account: "123456789011", permission_set: FullAccess, group: developers}
  - {account: "123456789011", permission_set: ReadOnly, group: developers}
  - {account: "123456789022", permission_set: ReadOnly, user: alice}
settings: {sign_in_session: 8h}
`

// clock is the center's time, moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a center with the guide's directory, at URL.
type world struct {
	*center.Center
	URL      string
	Database string // path, where it is a file
	address  string // of the database
	Clock    *clock
	Log      *bytes.Buffer // complete when the center is closed
	server   *httptest.Server
}

func serve(t *testing.T, configure ...func(*center.Config)) *world {
	t.Helper()
	w := &world{
		Database: filepath.Join(t.TempDir(), "center.db"),
		Clock:    &clock{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)},
		Log:      &bytes.Buffer{},
	}
	w.server = httptest.NewUnstartedServer(nil)
	w.URL = "http://" + w.server.Listener.Addr().String()
	w.address = database(t, w.Database)
	config := center.Config{
		Database:  w.address,
		Origin:    w.URL,
		StartURLs: []string{"https://d-1234567890.awsapps.com/start"},
		Logger:    slog.New(slog.NewJSONHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:       w.Clock.Now,
	}
	for _, change := range configure {
		change(&config)
	}
	var err error
	if w.Center, err = center.New(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Import(t.Context(), strings.NewReader(guide), "guide.yaml"); err != nil {
		t.Fatal(err)
	}
	w.server.Config.Handler = w.Handler()
	w.server.Start()
	t.Cleanup(w.stop)
	return w
}

func (w *world) stop() {
	if w.Center == nil {
		return
	}
	w.server.Close()
	w.Close()
	w.Center = nil
}

// answer is what came back, read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func read(t *testing.T, resp *http.Response, err error) answer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

func (a answer) JSON(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.Body, &m); err != nil {
		t.Fatalf("%v in %q", err, a.Body)
	}
	return m
}

// post sends a JSON body as an AWS client does.
func (w *world) post(t *testing.T, path, body string) answer {
	t.Helper()
	resp, err := http.Post(w.URL+path, "application/json", strings.NewReader(body))
	return read(t, resp, err)
}

// device is a client that waits for a person.
type device struct {
	clientID, clientSecret, deviceCode, userCode, complete string
}

func (w *world) register(t *testing.T) device {
	t.Helper()
	got := w.post(t, "/client/register", `{"clientName": "botocore-client-1795379541", "clientType": "public"}`)
	if got.Status != 200 {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	m := got.JSON(t)
	return device{clientID: m["clientId"].(string), clientSecret: m["clientSecret"].(string)}
}

func (w *world) startDevice(t *testing.T, d device) device {
	t.Helper()
	got := w.post(t, "/device_authorization", marshal(map[string]string{
		"clientId": d.clientID, "clientSecret": d.clientSecret, "startUrl": w.URL + "/start"}))
	if got.Status != 200 {
		t.Fatalf("start device: %d %s", got.Status, got.Body)
	}
	m := got.JSON(t)
	d.deviceCode, d.userCode, d.complete = m["deviceCode"].(string), m["userCode"].(string), m["verificationUriComplete"].(string)
	return d
}

func (w *world) poll(t *testing.T, d device) answer {
	t.Helper()
	return w.post(t, "/token", marshal(map[string]string{
		"grantType": "urn:ietf:params:oauth:grant-type:device_code",
		"clientId":  d.clientID, "clientSecret": d.clientSecret, "deviceCode": d.deviceCode}))
}

func marshal(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// portal calls the portal with a token.
func (w *world) portal(t *testing.T, method, path, token string) answer {
	t.Helper()
	req, err := http.NewRequest(method, w.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-amz-sso_bearer_token", token)
	resp, err := http.DefaultClient.Do(req)
	return read(t, resp, err)
}

// token signs a person in and allows a new client.
func (w *world) token(t *testing.T, user, password string) string {
	t.Helper()
	d := w.startDevice(t, w.register(t))
	p := w.person(t)
	p.signIn(user, password)
	p.decide(d, "cli_login_button")
	got := w.poll(t, d)
	if got.Status != 200 {
		t.Fatalf("token: %d %s", got.Status, got.Body)
	}
	return got.JSON(t)["accessToken"].(string)
}

// person is somebody with a browser that keeps cookies.
type person struct {
	t    *testing.T
	http *http.Client
	base string
	page page
}

func (w *world) person(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, http: &http.Client{Jar: jar}, base: w.URL}
}

// stay makes the person's browser show redirects instead of following them.
func (p *person) stay() *person {
	client := *p.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &person{t: p.t, http: &client, base: p.base}
}

// open goes to an address, or to a path.
func (p *person) open(address string) page {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.base + address
	}
	resp, err := p.http.Get(address)
	return p.see(resp, err)
}

// press sends the form that the button is in, with some fields filled in.
func (p *person) press(button string, fill ...string) page {
	p.t.Helper()
	action, values := p.page.form(p.t, button)
	for i := 0; i < len(fill); i += 2 {
		if !values.Has(fill[i]) {
			p.t.Fatalf("the form of %s has no field %s", button, fill[i])
		}
		values.Set(fill[i], fill[i+1])
	}
	return p.send(action, values)
}

func (p *person) send(path string, values url.Values) page {
	p.t.Helper()
	resp, err := p.http.PostForm(p.base+path, values)
	return p.see(resp, err)
}

func (p *person) see(resp *http.Response, err error) page {
	p.t.Helper()
	path := ""
	if err == nil {
		path = resp.Request.URL.RequestURI()
	}
	p.page = newPage(p.t, path, read(p.t, resp, err))
	return p.page
}

func (p *person) signIn(user, password string) page {
	p.t.Helper()
	p.open("/sign-in")
	return p.press("sign_in_button", "username", user, "password", password)
}

// decide goes through the pages for a device's code to one of the last buttons.
func (p *person) decide(d device, button string) page {
	p.t.Helper()
	p.open(d.complete)
	p.press("cli_verification_btn")
	return p.press(button)
}
