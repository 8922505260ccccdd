package oidc_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/signin/oidc"
)

type object = map[string]any

// forger is a provider that says whatever a test wants, and tells the truth
// until then.
type forger struct {
	url       string
	rsa       *rsa.PrivateKey
	ec        *ecdsa.PrivateKey
	stranger  *rsa.PrivateKey // whose key nobody published
	config    oidc.Config
	callback  string
	discovery object
	header    object // of the ID token
	claims    object
	sign      func(input []byte) []byte
	token     object // the token endpoint's answer, beside the ID token
	forge     func(token string) string
	userinfo  object
	keys      []object
	pages     map[string]http.HandlerFunc // instead of what is at a path
	answer    url.Values                  // what comes back to the center
	flow      signin.Flow
	headers   http.Header // of the last request to the token endpoint
	form      url.Values
}

const forgerSecret = "s+cr/t: 100%, long enough to be a key"

func newForger(t testing.TB, keys *forgerKeys) *forger {
	t.Helper()
	f := &forger{rsa: keys.rsa, ec: keys.ec, stranger: keys.stranger, pages: map[string]http.HandlerFunc{}, callback: "https://sso.example.com/sign-in/corp/callback"}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(forgerSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	f.config = oidc.Config{
		Name: "corp", Label: "Example", Issuer: f.url, ClientID: "center", ClientSecretFile: secret, Timeout: 2 * time.Second,
		Groups: map[string]string{"dev": "developers"},
	}
	f.discovery = object{
		"issuer": f.url, "authorization_endpoint": f.url + "/authorize", "token_endpoint": f.url + "/token", "jwks_uri": f.url + "/keys",
		"userinfo_endpoint": f.url + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	}
	f.keys = []object{jwk("r", &keys.rsa.PublicKey), {"kty": "EC", "kid": "e", "crv": "P-256", "x": encode(coordinates(keys.ec)[:32]), "y": encode(coordinates(keys.ec)[32:])}}
	f.header, f.sign = object{"alg": "RS256", "kid": "r"}, signRSA(keys.rsa)
	now := time.Now().Unix()
	f.claims = object{
		"iss": f.url, "sub": "alice-1", "aud": "center", "exp": now + 300, "iat": now, "auth_time": now, "preferred_username": "alice",
		"email": "alice@example.com", "email_verified": true, "groups": []string{"dev"},
	}
	f.token = object{"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
	f.userinfo = object{"sub": "alice-1", "preferred_username": "alice", "groups": []string{"dev"}}
	f.answer = url.Values{"code": {"c0de"}}
	return f
}

// forgerKeys are made once: they take long.
type forgerKeys struct {
	rsa, stranger *rsa.PrivateKey
	ec            *ecdsa.PrivateKey
}

func newForgerKeys(t testing.TB) *forgerKeys {
	t.Helper()
	one, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	two, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	three, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &forgerKeys{one, two, three}
}

func jwk(kid string, key *rsa.PublicKey) object {
	return object{"kty": "RSA", "kid": kid, "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())}
}

// coordinates are X and Y of the public point, 32 bytes each.
func coordinates(key *ecdsa.PrivateKey) []byte {
	point, err := key.PublicKey.Bytes()
	if err != nil {
		panic(err) // a key just made is on its curve
	}
	return point[1:]
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encodeJSON(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err) // values of tests
	}
	return encode(b)
}

func signRSA(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err) // a key of the right size
		}
		return signature
	}
}

func (f *forger) signEC(input []byte) []byte {
	sum := sha256.Sum256(input)
	r, s, err := ecdsa.Sign(rand.Reader, f.ec, sum[:])
	if err != nil {
		panic(err)
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

func signHMAC(key []byte) func([]byte) []byte {
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

func (f *forger) idToken() string {
	input := encodeJSON(f.header) + "." + encodeJSON(f.claims)
	return input + "." + encode(f.sign([]byte(input)))
}

func (f *forger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if page := f.pages[r.URL.Path]; page != nil {
		page(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		writeJSON(w, f.discovery)
	case "/keys":
		writeJSON(w, object{"keys": f.keys})
	case "/userinfo":
		writeJSON(w, f.userinfo)
	case "/token":
		f.headers, f.form = r.Header, nil
		if r.ParseForm() == nil {
			f.form = r.PostForm
		}
		answer := maps.Clone(f.token)
		if _, ok := answer["id_token"]; !ok {
			token := f.idToken()
			if f.forge != nil {
				token = f.forge(token)
			}
			answer["id_token"] = token
		}
		writeJSON(w, answer)
	default:
		http.NotFound(w, r)
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// signIn goes the whole way with what f says by now. change may change the
// answer to the center, once the flow is known.
func (f *forger) signIn(t testing.TB, fresh bool, change func()) (signin.Identity, error) {
	t.Helper()
	m, err := oidc.New(f.config)
	if err != nil {
		t.Fatal(err)
	}
	if _, f.flow, err = m.Start(context.Background(), f.callback, fresh); err != nil {
		return signin.Identity{}, err
	}
	if _, ok := f.claims["nonce"]; !ok {
		f.claims["nonce"] = f.flow.Nonce
	}
	f.answer.Set("state", f.flow.State)
	if change != nil {
		change()
	}
	return m.Finish(context.Background(), f.callback, f.flow, f.answer)
}
