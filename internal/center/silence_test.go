package center_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/store"
)

// told is all that operators see of a center, which is stopped: its log, its
// metrics and what the audit has.
func (w *world) told(t *testing.T) string {
	t.Helper()
	resp, err := http.Get(w.URL + "/metrics")
	metrics := read(t, resp, err)
	w.stop()
	db, err := store.Open(t.Context(), w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var records strings.Builder
	for r, err := range audit.Records(t.Context(), db, 0) {
		if err != nil {
			t.Fatal(err)
		}
		records.WriteString(marshal(r) + "\n")
	}
	for what, expected := range map[string]string{
		w.Log.String(): `"request_id":`, string(metrics.Body): "latchkey_center_sign_ins_total{", records.String(): `"Action":"role credentials"`,
	} {
		if !strings.Contains(what, expected) {
			t.Fatalf("no %s in %s", expected, what)
		}
	}
	return w.Log.String() + string(metrics.Body) + records.String()
}

// Neither the log nor the metrics nor the audit tell a secret, whether it was
// right or wrong, in its own place or in another's.
func TestNoSecretTold(t *testing.T) {
	w := serve(t)
	secrets := map[string]string{
		"password": "correct horse", "wrong password": "marker-wrong-password", "password for a name": "marker-password-as-name",
		"state": "marker-state", "verifier": verifier, "wrong token": "marker-wrong-token", "wrong code": "marker-wrong-code",
		"wrong refresh token": "marker-wrong-refresh", "wrong client secret": "marker-client-secret", "query": "marker-query",
		"wrong device code": "marker-device-code", "signature": "marker-signature", "session token": "marker-session-token",
	}
	p := w.person(t)
	p.signIn("alice", secrets["wrong password"])
	p.signIn(secrets["password for a name"], "x")
	p.signIn("alice", secrets["password"])
	client := w.register(t)
	d := w.startDevice(t, client)
	p.decide(d, "cli_login_button")
	token := w.poll(t, d).tokens(t).access
	denied := w.startDevice(t, client)
	p.decide(denied, "cli_deny_button")
	program := w.program(t)
	p.open(program.address("state", secrets["state"]))
	p.press("cli_login_button")
	code := program.answer().Get("code")
	pair := w.redeem(t, program, code).tokens(t)
	next := w.refresh(t, program, pair.refresh).tokens(t)
	vended := w.portal(t, "GET", "/federation/credentials?account_id=123456789011&role_name=ReadOnly", token).
		JSON(t)["roleCredentials"].(map[string]any)
	for _, refused := range []answer{
		w.portal(t, "GET", "/assignment/accounts?token="+secrets["query"], secrets["wrong token"]),
		w.portal(t, "GET", "/federation/credentials?account_id=123456789099&role_name=ReadOnly", token),
		w.redeem(t, program, secrets["wrong code"]),
		w.redeem(t, program, code), // used
		w.refresh(t, program, secrets["wrong refresh token"]),
		w.exchange(t, program, "grantType", "refresh_token", "refreshToken", next.refresh, "clientSecret", secrets["wrong client secret"]),
		w.exchange(t, program, "grantType", "urn:ietf:params:oauth:grant-type:device_code", "deviceCode", secrets["wrong device code"]),
		w.unsigned(t, "Signature="+secrets["signature"], secrets["session token"]),
	} {
		if refused.Status < 400 {
			t.Fatalf("%d %s", refused.Status, refused.Body)
		}
	}
	p.open("/start?password=" + secrets["query"])
	p.open("/device?user_code=" + denied.userCode)
	base, _ := url.Parse(w.URL)
	for _, c := range p.http.Jar.Cookies(base) {
		secrets["cookie "+c.Name] = c.Value
	}
	for what, value := range map[string]string{
		"token": token, "code": code, "access token": pair.access, "refresh token": pair.refresh, "next access token": next.access,
		"next refresh token": next.refresh, "client secret": client.clientSecret, "program's secret": program.clientSecret,
		"device code": d.deviceCode, "user code": d.userCode, "denied user code": denied.userCode,
		"secret access key": vended["secretAccessKey"].(string), "vended session token": vended["sessionToken"].(string),
	} {
		secrets[what] = value
	}
	told := w.told(t)
	for what, value := range secrets {
		for _, form := range []string{value, url.QueryEscape(value), strings.ReplaceAll(value, "-", "")} {
			if form == "" || strings.Contains(told, form) {
				t.Errorf("the %s %q is told", what, form)
			}
		}
	}
}

// unsigned asks who the caller is with credentials that nobody has.
func (w *world) unsigned(t *testing.T, signature, token string) answer {
	t.Helper()
	req, err := http.NewRequest("POST", w.URL+"/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261122/us-east-1/sts/aws4_request, SignedHeaders=host, "+signature)
	req.Header.Set("X-Amz-Security-Token", token)
	req.Header.Set("X-Amz-Date", "20261122T090000Z")
	resp, err := http.DefaultClient.Do(req)
	return read(t, resp, err)
}

// Each line about a request names it as its answer did, with its operation.
func TestLogLines(t *testing.T) {
	w := serve(t)
	answers := map[string]string{} // request ids by operation
	for operation, a := range map[string]answer{
		"RegisterClient":    w.post(t, "/client/register", `{"clientName":"x","clientType":"public"}`),
		"CreateToken":       w.post(t, "/token", `{`),
		"ListAccounts":      w.portal(t, "GET", "/assignment/accounts", ""),
		"GetCallerIdentity": w.unsigned(t, "Signature=00", "x"),
		"none":              w.portal(t, "GET", "/nothing/secret-path", ""),
	} {
		answers[operation] = a.Header.Get("X-Amzn-Requestid")
		if answers[operation] == "" || answers[operation] != a.Header.Get("X-Request-Id") {
			t.Errorf("%s: %v", operation, a.Header)
		}
	}
	w.stop()
	for line := range bytes.Lines(w.Log.Bytes()) {
		var l struct {
			Msg       string
			RequestID string `json:"request_id"`
			Operation string
			Status    int
			Took      int64
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		if l.Msg == "request" && answers[l.Operation] == l.RequestID && l.Status != 0 && l.Took > 0 {
			delete(answers, l.Operation)
		}
	}
	for operation := range answers {
		t.Errorf("no line of %s in %s", operation, w.Log)
	}
	if strings.Contains(w.Log.String(), "secret-path") {
		t.Error("a path is in the log")
	}
}
