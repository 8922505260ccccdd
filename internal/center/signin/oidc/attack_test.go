package oidc_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/oidc"
)

// The truth in every form that is allowed: else the attacks below would prove
// nothing.
func TestHonestProvider(t *testing.T) {
	keys := newForgerKeys(t)
	tests := map[string]func(f *forger){
		"RS256":                func(*forger) {},
		"no kid":               func(f *forger) { delete(f.header, "kid") },
		"ES256":                func(f *forger) { f.header, f.sign = object{"alg": "ES256", "kid": "e"}, f.signEC },
		"list of one audience": func(f *forger) { f.claims["aud"] = []string{"center"} },
		"audiences and azp":    func(f *forger) { f.claims["aud"], f.claims["azp"] = []string{"other", "center"}, "center" },
		"a slow clock":         func(f *forger) { f.claims["exp"] = time.Now().Unix() - 20 },
		"a fast clock":         func(f *forger) { f.claims["iat"] = time.Now().Unix() + 20 },
		"iss in the answer":    func(f *forger) { f.answer.Set("iss", f.url) },
		"iss as it says":       func(f *forger) { f.discovery[issParameter] = true; f.answer.Set("iss", f.url) },
		"groups from userinfo": func(f *forger) { delete(f.claims, "groups") },
		"name from userinfo":   func(f *forger) { delete(f.claims, "preferred_username") },
		"secret in the form":   func(f *forger) { f.discovery["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"} },
		"claim in an object":   func(f *forger) { f.config.Claims.Groups = "realm.roles"; f.claims["realm"] = object{"roles": "dev"} },
		"no algorithms named":  func(f *forger) { delete(f.discovery, "id_token_signing_alg_values_supported") },
		"address verified, text": func(f *forger) {
			f.config.AllowedDomains = []string{"example.com"}
			f.claims["email_verified"] = "true"
		},
	}
	for name, change := range tests {
		f := newForger(t, keys)
		change(f)
		got, err := f.signIn(t, false, nil)
		want := signin.Identity{
			Method: "corp", ID: f.url + " alice-1", Name: "alice", Email: "alice@example.com", Groups: []string{"developers"},
			Proved: time.Unix(f.claims["auth_time"].(int64), 0),
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		basic := f.headers.Get("Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte("center:"+url.QueryEscape(forgerSecret)))
		if post := f.form.Get("client_secret") == forgerSecret; basic == post || post != (name == "secret in the form") {
			t.Errorf("%s: secret in the header %v, in the form %v", name, basic, post)
		}
	}
}

const issParameter = "authorization_response_iss_parameter_supported"

// attack is one lie. Its second function lies in the answer that the browser
// brings.
type attack struct {
	name   string
	change func(f *forger)
	answer func(f *forger)
}

func tokenAttacks() []attack {
	past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	claim := func(name string, value any) func(f *forger) { return func(f *forger) { f.claims[name] = value } }
	without := func(name string) func(f *forger) { return func(f *forger) { delete(f.claims, name) } }
	return []attack{
		{"wrong nonce", claim("nonce", "another"), nil},
		{"empty nonce", claim("nonce", ""), nil},
		{"nonce of another flow", nil, func(f *forger) { f.flow.Nonce += "x" }},
		{"wrong audience", claim("aud", "other"), nil},
		{"no audience", without("aud"), nil},
		{"audience is a part", claim("aud", "cent"), nil},
		{"several audiences, no party", claim("aud", []string{"center", "other"}), nil},
		{"another party", claim("azp", "other"), nil},
		{"empty party", claim("azp", ""), nil},
		{"wrong issuer", claim("iss", "https://evil.example"), nil},
		{"issuer with a slash", func(f *forger) { f.claims["iss"] = f.url + "/" }, nil},
		{"no issuer", without("iss"), nil},
		{"expired", claim("exp", past), nil},
		{"no expiry", without("exp"), nil},
		{"expiry is a word", claim("exp", "never"), nil},
		{"issued in the future", claim("iat", future), nil},
		{"never issued", without("iat"), nil},
		{"not valid yet", claim("nbf", future), nil},
		{"empty subject", claim("sub", ""), nil},
		{"no subject", without("sub"), nil},
		{"long subject", claim("sub", strings.Repeat("a", 256)), nil},
		{"subject is a number", claim("sub", 1), nil},
		{"subject of two lines", claim("sub", "alice\nbob"), nil},
		{"hash of another access token", claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), nil},
		{"address not verified", func(f *forger) { f.config.Claims.Name = "email"; f.claims["email_verified"] = false }, nil},
		{"address of another domain", func(f *forger) { f.config.AllowedDomains = []string{"ample.com"} }, nil},
		{"address with two domains", func(f *forger) {
			f.config.AllowedDomains = []string{"example.com"}
			f.claims["email"] = "a@example.com@evil.example"
		}, nil},
		{"address from one answer, its proof from another", func(f *forger) {
			f.config.Claims.Name = "email"
			delete(f.claims, "groups")
			f.userinfo["email"] = "boss@example.com"
		}, nil},
		{"name with a terminal's codes", claim("preferred_username", "alice\x1b[2J"), nil},
		{"name is a list", claim("preferred_username", []string{"alice"}), nil},
		{"groups elsewhere", func(f *forger) {
			f.claims["_claim_names"], f.claims["_claim_sources"] = object{"groups": "s"}, object{"s": object{"endpoint": f.url + "/groups"}}
		}, nil},
	}
}

func signatureAttacks() []attack {
	alg := func(alg string, sign func(*forger) func([]byte) []byte) func(f *forger) {
		return func(f *forger) { f.header["alg"], f.sign = alg, sign(f) }
	}
	nothing := func(*forger) func([]byte) []byte { return func([]byte) []byte { return nil } }
	strangers := func(f *forger) func([]byte) []byte { return signRSA(f.stranger) }
	publicPEM := func(f *forger) func([]byte) []byte {
		der, err := x509.MarshalPKIXPublicKey(&f.rsa.PublicKey)
		if err != nil {
			panic(err)
		}
		return signHMAC(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	return []attack{
		{"alg none", alg("none", nothing), nil},
		{"alg nOnE", alg("nOnE", nothing), nil},
		{"alg none, only that advertised", func(f *forger) {
			alg("none", nothing)(f)
			f.discovery["id_token_signing_alg_values_supported"] = []string{"none"}
		}, nil},
		{"no alg", func(f *forger) { delete(f.header, "alg") }, nil},
		{"HS256 with the public key", alg("HS256", publicPEM), nil},
		{"HS256 with the modulus", alg("HS256", func(f *forger) func([]byte) []byte { return signHMAC(f.rsa.N.Bytes()) }), nil},
		{"HS256 with the client's secret", alg("HS256", func(*forger) func([]byte) []byte { return signHMAC([]byte(forgerSecret)) }), nil},
		{"HS256 with a published key", func(f *forger) {
			f.keys = append(f.keys, object{"kty": "oct", "kid": "s", "k": encode([]byte(forgerSecret))})
			f.header, f.sign = object{"alg": "HS256", "kid": "s"}, signHMAC([]byte(forgerSecret))
		}, nil},
		{"alg that was not advertised", func(f *forger) {
			f.header, f.sign = object{"alg": "ES256", "kid": "e"}, f.signEC
			f.discovery["id_token_signing_alg_values_supported"] = []string{"RS256"}
		}, nil},
		{"another's key", func(f *forger) { f.sign = signRSA(f.stranger) }, nil},
		{"another's key, no kid", func(f *forger) { delete(f.header, "kid"); f.sign = signRSA(f.stranger) }, nil},
		{"unknown kid", func(f *forger) { f.header["kid"] = "x" }, nil},
		{"kid of a key of another kind", func(f *forger) { f.header["kid"] = "e" }, nil},
		{"kid is a path", func(f *forger) { f.header["kid"], f.sign = "../../dev/null", signHMAC(nil) }, nil},
		{"key in the header", func(f *forger) { f.header["jwk"] = jwk("r", &f.stranger.PublicKey); f.sign = strangers(f) }, nil},
		{"key at an address in the header", func(f *forger) { f.header["jku"] = f.url + "/stranger"; f.sign = strangers(f) }, nil},
		{"critical header", func(f *forger) { f.header["crit"], f.header["x"] = []string{"x"}, true }, nil},
		{"claims changed", func(f *forger) {
			f.forge = func(token string) string {
				parts := strings.Split(token, ".")
				f.claims["sub"] = "boss"
				return parts[0] + "." + encodeJSON(f.claims) + "." + parts[2]
			}
		}, nil},
		{"signature cut", func(f *forger) { f.forge = func(token string) string { return token[:len(token)-8] } }, nil},
		{"no signature", func(f *forger) {
			f.forge = func(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }
		}, nil},
		{"two signatures", func(f *forger) {
			f.forge = func(token string) string {
				p := strings.Split(token, ".")
				one := `{"protected":"` + p[0] + `","signature":"` + p[2] + `"}`
				return `{"payload":"` + p[1] + `","signatures":[` + one + `,` + one + `]}`
			}
		}, nil},
		{"five parts", func(f *forger) { f.forge = func(token string) string { return token + ".a.b" } }, nil},
		{"a token of 70 kB", func(f *forger) { f.claims["x"] = strings.Repeat("x", 70<<10) }, nil},
	}
}

func answerAttacks() []attack {
	set := func(name, value string) func(f *forger) { return func(f *forger) { f.answer.Set(name, value) } }
	twice := func(name string) func(f *forger) {
		return func(f *forger) { f.answer[name] = append(f.answer[name], f.answer.Get(name), "x") }
	}
	advertised := func(f *forger) { f.discovery[issParameter] = true }
	return []attack{
		{"state of another flow", nil, set("state", "another")},
		{"empty state", nil, set("state", "")},
		{"no state", nil, func(f *forger) { f.answer.Del("state") }},
		{"no flow", nil, func(f *forger) { f.flow = signin.Flow{}; f.answer.Set("state", ""); f.claims["nonce"] = "" }},
		{"two states", nil, twice("state")},
		{"no iss, though promised", advertised, nil},
		{"empty iss", nil, set("iss", "")},
		{"iss of another provider", nil, set("iss", "https://honest.example")},
		{"iss with a slash", nil, func(f *forger) { f.answer.Set("iss", f.url+"/") }},
		{"two iss", advertised, func(f *forger) { f.answer["iss"] = []string{f.url, "https://evil.example"} }},
		{"no code", nil, func(f *forger) { f.answer.Del("code") }},
		{"two codes", nil, twice("code")},
		{"a long code", nil, set("code", strings.Repeat("c", 5000))},
		{"code and error", nil, set("error", "access_denied")},
		{"error with a page in it", nil, set("error", "<script>\x1b[2Jalert(1)</script>"+strings.Repeat("x", 5000))},
	}
}

func endpointAttacks() []attack {
	page := func(path string, h http.HandlerFunc) func(f *forger) { return func(f *forger) { f.pages[path] = h } }
	huge := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, object{"x": strings.Repeat("x", 2<<20)})
	}
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html>\x1b[2J" + strings.Repeat("gateway ", 500)))
	}
	okHTML := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>welcome")) }
	refused := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, object{"error": "invalid_grant", "error_description": "<b>\x1b[2J"})
	}
	answer := func(name string, value any) func(f *forger) { return func(f *forger) { f.token[name] = value } }
	discovery := func(name string, value any) func(f *forger) { return func(f *forger) { f.discovery[name] = value } }
	userinfo := func(info object) func(f *forger) {
		return func(f *forger) { delete(f.claims, "groups"); f.userinfo = info }
	}
	const config = "/.well-known/openid-configuration"
	return []attack{
		{"token endpoint: page of a gateway", page("/token", html), nil},
		{"token endpoint: page of success", page("/token", okHTML), nil},
		{"token endpoint: refusal", page("/token", refused), nil},
		{"token endpoint: huge", page("/token", huge), nil},
		{"token endpoint: another type", answer("token_type", "mac"), nil},
		{"token endpoint: no ID token", answer("id_token", ""), nil},
		{"token endpoint: ID token is a list", answer("id_token", []string{"x"}), nil},
		{"token endpoint: no access token", answer("access_token", ""), nil},
		{"token endpoint: success and error", answer("error", "server_error"), nil},
		{"keys: huge", page("/keys", huge), nil},
		{"keys: page", page("/keys", html), nil},
		{"keys: none", func(f *forger) { f.keys = nil }, nil},
		{"keys: without end", page("/keys", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), nil},
		{"userinfo: about another", userinfo(object{"sub": "boss", "groups": "dev"}), nil},
		{"userinfo: about nobody", userinfo(object{"groups": "dev"}), nil},
		{"userinfo: page", func(f *forger) { delete(f.claims, "groups"); f.pages["/userinfo"] = html }, nil},
		{"userinfo: huge", func(f *forger) { delete(f.claims, "groups"); f.pages["/userinfo"] = huge }, nil},
		{"discovery: another issuer", discovery("issuer", "https://evil.example"), nil},
		{"discovery: issuer with a slash", func(f *forger) { f.discovery["issuer"] = f.url + "/" }, nil},
		{"discovery: no issuer", discovery("issuer", nil), nil},
		{"discovery: token endpoint without TLS", discovery("token_endpoint", "http://evil.example/token"), nil},
		{"discovery: keys without TLS", discovery("jwks_uri", "http://evil.example/keys"), nil},
		{"discovery: keys in a file", discovery("jwks_uri", "file:///etc/passwd"), nil},
		{"discovery: userinfo without TLS", discovery("userinfo_endpoint", "http://evil.example/"), nil},
		{"discovery: a script to go to", discovery("authorization_endpoint", "javascript:alert(1)"), nil},
		{"discovery: nowhere to go to", discovery("authorization_endpoint", ""), nil},
		{"discovery: page", page(config, html), nil},
		{"discovery: huge", page(config, huge), nil},
	}
}

func TestAttacks(t *testing.T) {
	keys := newForgerKeys(t)
	attacks := append(append(append(tokenAttacks(), signatureAttacks()...), answerAttacks()...), endpointAttacks()...)
	accepted := 0
	for _, a := range attacks {
		f := newForger(t, keys)
		if a.change != nil {
			a.change(f)
		}
		who, err := f.signIn(t, false, func() {
			if a.answer != nil {
				a.answer(f)
			}
		})
		if err == nil || who.ID != "" {
			accepted++
			t.Errorf("%s: accepted as %+v", a.name, who)
			continue
		}
		text := err.Error()
		if len(text) > 500 || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, forgerSecret) {
			t.Errorf("%s: the error is %q", a.name, text)
		}
	}
	t.Logf("%d attacks, %d accepted", len(attacks), accepted)
}

// A redirect must not take the secret, a code or a token along.
func TestRedirectsAreNotFollowed(t *testing.T) {
	keys := newForgerKeys(t)
	for _, path := range []string{"/token", "/keys", "/userinfo", "/.well-known/openid-configuration"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			asked := 0
			elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
			f := newForger(t, keys)
			delete(f.claims, "groups")
			f.pages[path] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) }
			who, err := f.signIn(t, false, nil)
			elsewhere.Close()
			if err == nil || asked > 0 {
				t.Errorf("%s with %d: %+v, asked elsewhere %d times", path, status, who, asked)
			}
		}
	}
}

// When the person signed in is what the ID token says, if that can be, and never
// later than now.
func TestAuthTime(t *testing.T) {
	keys := newForgerKeys(t)
	now := time.Now().Unix()
	for name, tt := range map[string]struct {
		said any
		want int64 // 0 for none
	}{
		"just now":            {now, now},
		"long ago":            {now - 7*3600, now - 7*3600},
		"with a fraction":     {float64(now) - 59.5, now - 60},
		"by a fast clock":     {now + 30, now},
		"missing":             {nil, 0},
		"to come":             {now + 3600, 0},
		"in milliseconds":     {now * 1000, 0},
		"beyond all times":    {1e300, 0},
		"1970":                {0, 0},
		"before that":         {-now, 0},
		"a word":              {"now", 0},
		"a number as a word":  {strconv.FormatInt(now, 10), 0},
		"a list":              {[]int64{now}, 0},
		"true":                {true, 0},
		"in the userinfo too": {now - 3600, now - 3600},
	} {
		for _, fresh := range []bool{false, true} {
			f := newForger(t, keys)
			delete(f.claims, "auth_time")
			if tt.said != nil {
				f.claims["auth_time"] = tt.said
			}
			delete(f.claims, "groups") // so that the userinfo is asked
			f.userinfo["auth_time"] = now
			who, err := f.signIn(t, fresh, nil)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got := int64(0)
			if !who.Proved.IsZero() {
				got = who.Proved.Unix()
			}
			if got < tt.want || got > tt.want+5 || tt.want != now && got != tt.want {
				t.Errorf("%s: signed in at %d, want %d", name, got, tt.want)
			}
		}
	}
}

// What leads to the provider has everything that binds the answer to it.
func TestStart(t *testing.T) {
	f := newForger(t, newForgerKeys(t))
	f.discovery["authorization_endpoint"] = f.url + "/authorize?tenant=7"
	m := method(t, f.config)
	sent := func(m *oidc.Method, fresh bool) (url.Values, signin.Flow) {
		address, flow := start(t, m, f.callback, fresh)
		u, err := url.Parse(address)
		if err != nil || strings.Contains(address, flow.Verifier) {
			t.Fatalf("%s, %v", address, err)
		}
		return u.Query(), flow
	}
	got, flow := sent(m, true)
	challenge := got.Get("code_challenge")
	got.Del("code_challenge")
	want := url.Values{
		"tenant": {"7"}, "client_id": {"center"}, "redirect_uri": {f.callback}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {flow.State}, "nonce": {flow.Nonce}, "code_challenge_method": {"S256"}, "prompt": {"login"}, "max_age": {"0"},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(challenge) != 43 {
		t.Errorf("challenge %q\n%s", challenge, diff)
	}
	// Nobody is asked again at a first sign-in, but the provider is to say when.
	if got, _ := sent(m, false); got.Get("max_age") != "31536000" || got.Has("prompt") || got.Has("claims") {
		t.Errorf("a first sign-in asks for %v", got)
	}
	f.discovery["claims_parameter_supported"] = true
	if got, _ := sent(method(t, f.config), false); got.Get("claims") != `{"id_token":{"auth_time":{"essential":true}}}` {
		t.Errorf("a provider that takes claims is asked for %v", got)
	}
	_, other := start(t, m, f.callback, false)
	if other.State == flow.State || other.Nonce == flow.Nonce || other.Verifier == flow.Verifier || len(other.State) < 22 || len(other.Nonce) < 22 {
		t.Errorf("flows %+v and %+v", flow, other)
	}
}

// A provider that is away is asked now and then, not by each visitor; one that
// was known stays known.
func TestDiscoveryIsRemembered(t *testing.T) {
	f := newForger(t, newForgerKeys(t))
	asked, away := 0, true
	f.pages["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
		asked++
		if away {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		writeJSON(w, f.discovery)
	}
	m := method(t, f.config)
	for range 20 {
		if _, _, err := m.Start(context.Background(), f.callback, false); err == nil {
			t.Fatal("started without a provider")
		}
	}
	if asked != 1 {
		t.Errorf("a provider that is away was asked %d times", asked)
	}
	asked, away = 0, false
	m = method(t, f.config)
	for range 20 {
		start(t, m, f.callback, false)
	}
	if asked != 1 {
		t.Errorf("a provider was asked %d times what it is", asked)
	}
}
