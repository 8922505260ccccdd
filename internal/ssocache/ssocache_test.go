package ssocache_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// The names were computed with the AWS CLI's own code.
func TestGoldenNames(t *testing.T) {
	const center = "https://d-1234567890.awsapps.com/start"
	access := []string{"sso:account:access"}
	for _, tc := range []struct{ got, want string }{
		{ssocache.TokenKey("https://my-sso-portal.awsapps.com/start", ""), "c7aaaf71fcc8777ae2475525ed049d39fe16c484"},
		{ssocache.TokenKey("https://my-sso-portal.awsapps.com/start#/", ""), "dbb58223772e9bae116ca5a3d089fdc0858ca302"},
		{ssocache.TokenKey("https://d-abc123.awsapps.com/start", ""), "40a89917e3175433e361b710a9d43528d7f1890a"},
		{ssocache.TokenKey(center, "corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f"},
		{ssocache.TokenKey(center, "my-sso"), "0ad374308c5a4e22f723adf10145eafad7c4031c"},
		{ssocache.TokenKey(center, "admin"), "d033e22ae348aeb5660fc2140aec35850c4da997"},
		{ssocache.TokenKey(center, "my session"), "0810fbc4bcaca0e26000b03ebf865d8ea87be4b9"},
		{ssocache.TokenKey(center, "größe"), "93c6a3acf1b4a1beba25d8a45a3ccd719721538b"},
		{ssocache.RegistrationKey("us-east-1", nil, "", "https://my-sso-portal.awsapps.com/start"), "0e093f10f65cee6c5c1898a8e240f5726875bf08"},
		{ssocache.RegistrationKey("us-east-1", nil, "corp", center+"#/"), "b1cb2dfd72f087ef1d4c62ec907c5667d3b9eeb2"},
		{ssocache.RegistrationKey("us-east-1", access, "corp", center+"#/"), "51870e2833dbf3d15987521002f15260a4ebed7e"},
		{ssocache.RegistrationKey("us-east-1", []string{"sso:account:access", "codewhisperer:completions"}, "scopes", center+"#/"), "47280d32cc8f4847c5506f2125887ca912e1ecc9"},
		{ssocache.RegistrationKey("eu-west-1", access, "größe", center), "8f0666fef589e865941df5107c33f616b4043136"},
		{ssocache.RegistrationKey("us-west-2", nil, "", "https://d-abc123.awsapps.com/start"), "d75f79f67bab3f92a2b1450471c0c2574de0dca4"},
		{ssocache.RegistrationKey("us-east-1", []string{}, "corp", center), "544e8d0e5fa8efc92f9c0f7ecafcecce6ecf0539"},
		{ssocache.CredentialsKey("123456789011", "readOnly", "", "https://my-sso-portal.awsapps.com/start"), "e6c38d13746a0ff2113aac795b3d5362ea323b71"},
		{ssocache.CredentialsKey("1234567890", "test-role", "", "https://d-92671207e4.awsapps.com/start"), "048db75bbe50955c16af7aba6ff9c41a3131bb7e"},
		{ssocache.CredentialsKey("123456789011", "ReadOnly", "corp", center), "50f8776fd80ed28f146eb637c9b430191b184b0a"},
		{ssocache.CredentialsKey("123456789011", `Admin"Q`, "größe", center), "01a0f761b89a83b82c2881d3062bf98b902c5ba1"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func open(t *testing.T) ssocache.Dir {
	return ssocache.In(t.TempDir())
}

func content(t *testing.T, dir, key string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, key+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The contents are files that the AWS CLI wrote.
func TestGoldenContents(t *testing.T) {
	d := open(t)
	tokens := map[string]ssocache.Token{
		`{"startUrl": "https://my-sso-portal.awsapps.com/start", "region": "us-east-1", "accessToken": "AT1", "expiresAt": "2026-11-23T04:32:33Z", "clientId": "cid-dc", "clientSecret": "csecret", "registrationExpiresAt": "2027-02-20T20:32:21Z", "refreshToken": "RT1"}`: {
			StartURL: "https://my-sso-portal.awsapps.com/start", Region: "us-east-1", AccessToken: "AT1", ExpiresAt: at("2026-11-23T04:32:33Z"),
			ClientID: "cid-dc", ClientSecret: "csecret", RegistrationExpiresAt: at("2027-02-20T20:32:21Z"), RefreshToken: "RT1",
		},
		`{"startUrl": "https://x.example/R&D", "region": "us-east-1", "accessToken": "\u00e9", "expiresAt": "2026-11-23T04:32:33Z"}`: {
			StartURL: "https://x.example/R&D", Region: "us-east-1", AccessToken: "é", ExpiresAt: at("2026-11-23T04:32:33Z"),
		},
	}
	for want, token := range tokens {
		if err := d.PutToken("k", token); err != nil {
			t.Fatal(err)
		}
		if got := content(t, d.SSO, "k"); got != want {
			t.Errorf("token file\n got %s\nwant %s", got, want)
		}
		if got, err := d.Token("k"); err != nil || !cmp.Equal(got, token) {
			t.Errorf("read back %+v, %v", cmp.Diff(got, token), err)
		}
	}
	registrations := map[string]ssocache.Registration{
		`{"clientId": "cid-dc", "clientSecret": "csecret", "expiresAt": "2027-02-20T20:32:21Z"}`: {
			ClientID: "cid-dc", ClientSecret: "csecret", ExpiresAt: at("2027-02-20T20:32:21Z"),
		},
		`{"clientId": "cid-ac", "clientSecret": "csecret", "expiresAt": "2027-02-20T20:33:28Z", "scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"]}`: {
			ClientID: "cid-ac", ClientSecret: "csecret", ExpiresAt: at("2027-02-20T20:33:28Z"),
			Scopes: []string{"sso:account:access"}, GrantTypes: []string{"authorization_code", "refresh_token"},
		},
	}
	for want, reg := range registrations {
		if err := d.PutRegistration("r", reg); err != nil {
			t.Fatal(err)
		}
		if got := content(t, d.SSO, "r"); got != want {
			t.Errorf("registration file\n got %s\nwant %s", got, want)
		}
		if got, err := d.Registration("r"); err != nil || !cmp.Equal(got, reg) {
			t.Errorf("read back %+v, %v", cmp.Diff(got, reg), err)
		}
	}
	creds := awscred.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret/key", SessionToken: "sess+tok=",
		Expiration: at("2026-11-22T21:32:34Z"), AccountID: "123456789011",
	}
	const want = `{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret/key", "SessionToken": "sess+tok=", "Expiration": "2026-11-22T21:32:34Z", "AccountId": "123456789011"}}`
	if err := d.PutCredentials("c", creds); err != nil {
		t.Fatal(err)
	}
	if got := content(t, d.CLI, "c"); got != want {
		t.Errorf("credentials file\n got %s\nwant %s", got, want)
	}
	if got, err := d.Credentials("c"); err != nil || got != creds {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestReadsTimesOfOtherWriters(t *testing.T) {
	d := open(t)
	for _, form := range []string{
		"2026-11-23T04:32:33Z", "2026-11-23T04:32:33UTC", "2026-11-23T05:32:33+01:00", "2026-11-23T04:32:33.000Z",
		"2026-11-23 04:32:33+00:00", "2026-11-23T04:32:33+0000",
	} {
		plant(t, d.SSO, "k", `{"accessToken":"x","expiresAt":"`+form+`","extra":[1,{"a":null}]}`)
		got, err := d.Token("k")
		if err != nil || !got.ExpiresAt.Equal(at("2026-11-23T04:32:33Z")) {
			t.Errorf("%s is read as %v, %v", form, got.ExpiresAt, err)
		}
	}
}

func TestNotATokenIsNotFound(t *testing.T) {
	d := open(t)
	for _, text := range []string{
		"", "{", "[]", `"accessToken"`, "7", "null", `{"accessToken":"x"}`, `{"expiresAt":"2026-11-23T04:32:33Z"}`,
		`{"accessToken":7,"expiresAt":"2026-11-23T04:32:33Z"}`, `{"accessToken":"x","expiresAt":"soon"}`,
		`{"accessToken":"x","expiresAt":"2026-11-23T04:32:33Z"`, "\xff",
	} {
		plant(t, d.SSO, "k", text)
		if got, err := d.Token("k"); !errors.Is(err, ssocache.ErrNotFound) {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
	if _, err := d.Token("none"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestLinksAndPipesAreNotRead(t *testing.T) {
	d := open(t)
	plant(t, d.SSO, "real", `{"accessToken":"x","expiresAt":"2026-11-23T04:32:33Z"}`)
	if err := os.Symlink(filepath.Join(d.SSO, "real.json"), filepath.Join(d.SSO, "link.json")); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err := d.Token("link"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("a link is read: %v", err)
	}
	if err := d.PutToken("link", ssocache.Token{AccessToken: "y", ExpiresAt: at("2026-11-23T04:32:33Z")}); err == nil {
		t.Error("a link is written")
	}
	if got, _ := d.Token("real"); got.AccessToken.Reveal() != "x" {
		t.Error("the target of the link has changed")
	}
}

func TestListAndRemove(t *testing.T) {
	d := open(t)
	if got, err := d.Tokens(); err != nil || len(got) != 0 {
		t.Errorf("no directory: %v, %v", got, err)
	}
	plant(t, d.SSO, "token", `{"accessToken":"x","expiresAt":"2026-11-23T04:32:33Z","region":"us-east-1"}`)
	plant(t, d.SSO, "other", `{"accessToken":"y"}`)
	plant(t, d.SSO, "registration", `{"clientId":"c","clientSecret":"s","expiresAt":"2026-11-23T04:32:33Z"}`)
	plant(t, d.SSO, "list", `["accessToken"]`)
	plant(t, d.CLI, "sso", `{"ProviderType": "sso", "Credentials": {}}`)
	plant(t, d.CLI, "assumed", `{"Credentials": {}}`)
	tokens, err := d.Tokens()
	if err != nil || len(tokens) != 2 || tokens[0].Key != "other" || tokens[1].Key != "token" || tokens[1].Region != "us-east-1" {
		t.Errorf("Tokens = %v, %v", tokens, err)
	}
	creds, err := d.CredentialsKeys()
	if err != nil || !cmp.Equal(creds, []string{"sso"}) {
		t.Errorf("CredentialsKeys = %v, %v", creds, err)
	}
	for range 2 {
		if err := errors.Join(d.RemoveToken("token"), d.RemoveCredentials("sso")); err != nil {
			t.Error(err)
		}
	}
	if tokens, _ := d.Tokens(); len(tokens) != 1 {
		t.Errorf("left: %v", tokens)
	}
}

// Files that are no JSON and that nobody is writing hold a listing up no longer
// than reading them takes.
func TestListingDoesNotWaitForWhatIsBroken(t *testing.T) {
	d := open(t)
	old := time.Now().Add(-time.Hour)
	for i := range 200 {
		key := fmt.Sprintf("broken%d", i)
		plant(t, d.SSO, key, "{")
		if err := os.Chtimes(filepath.Join(d.SSO, key+".json"), old, old); err != nil {
			t.Fatal(err)
		}
	}
	plant(t, d.SSO, "token", `{"accessToken":"x","expiresAt":"2026-11-23T04:32:33Z"}`)
	start := time.Now()
	if tokens, err := d.Tokens(); err != nil || len(tokens) != 1 {
		t.Errorf("Tokens = %v, %v", tokens, err)
	}
	if took := time.Since(start); took > 200*20*time.Millisecond { // what one pause for each would take
		t.Errorf("after %v", took)
	}
}

func TestModes(t *testing.T) {
	d := open(t)
	if err := d.PutToken("k", ssocache.Token{AccessToken: "y", ExpiresAt: at("2026-11-23T04:32:33Z")}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{d.SSO: 0o700, filepath.Join(d.SSO, "k.json"): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func plant(t *testing.T, dir, key, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, key+".json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
