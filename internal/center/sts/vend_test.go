package sts_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/policy"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/vendor"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fakeStore is a directory of one assignment; err, when set, is what it fails with.
type fakeStore struct {
	policies policy.Policies
	gone     bool // the assignment is
	err      error
}

func (f *fakeStore) Policies(_ context.Context, userID, account, set string) (policy.Policies, error) {
	if f.gone || userID != "u-alice" || account != "123456789011" || set != "p-read" {
		return policy.Policies{}, cmpOr(f.err, directory.ErrNotFound)
	}
	return f.policies, f.err
}

func (f *fakeStore) HasAccount(_ context.Context, id string) (bool, error) {
	return id == "123456789011" || id == "123456789022", f.err
}

func cmpOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// recorder is an audit.Recorder; err, when set, is what it fails with.
type recorder struct {
	events []audit.Event
	err    error
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.events = append(r.events, e)
	return r.err
}

func newService() *sts.Service {
	return &sts.Service{
		Store: &fakeStore{}, Key: bytes.Repeat([]byte{7}, 32), Region: "us-east-1", Audit: &recorder{},
		Now: func() time.Time { return noon },
	}
}

var alice = vendor.Grant{
	User:          directory.User{ID: "u-alice", Name: "alice"},
	AccountID:     "123456789011",
	PermissionSet: directory.PermissionSet{ID: "p-read", Name: "ReadOnly"},
	Duration:      time.Hour,
}

func issue(t *testing.T, s *sts.Service, g vendor.Grant) vendor.Credentials {
	t.Helper()
	key, err := s.Vend(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func session(t *testing.T, s *sts.Service, key vendor.Credentials) sts.Session {
	t.Helper()
	session, err := s.Session(key)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func userID(t *testing.T, s *sts.Service, key vendor.Credentials) string {
	t.Helper()
	opened := session(t, s, key)
	return opened.RoleID + ":" + opened.Name()
}

func TestVend(t *testing.T) {
	s := newService()
	key := issue(t, s, alice)
	for _, tt := range []struct{ name, got, pattern string }{
		{"access key id", key.AccessKeyID, `^ASIA[Q-Z2-7][A-Z2-7]{15}$`},
		{"secret", key.SecretAccessKey, `^[A-Za-z0-9+/]{40}$`},
		{"session token", key.SessionToken, `^[A-Za-z0-9+/]{300,800}={0,2}$`},
		{"ARN", key.ARN, `^arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_[0-9a-f]{16}/alice$`},
		{"user id", userID(t, s, key), `^AROA[A-Z2-7]{17}:alice$`},
	} {
		if !regexp.MustCompile(tt.pattern).MatchString(tt.got) {
			t.Errorf("%s: got %q, want %s", tt.name, tt.got, tt.pattern)
		}
	}
	if want := noon.Add(time.Hour); !key.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", key.Expires, want)
	}
	for _, secret := range []string{"alice", "u-alice", "ReadOnly", "123456789011"} {
		if strings.Contains(key.SessionToken, secret) {
			t.Errorf("the token says %q", secret)
		}
	}
}

func TestIdentifiersFollowTheRole(t *testing.T) {
	s := newService()
	first := issue(t, s, alice)
	again := issue(t, s, alice)
	if again.AccessKeyID == first.AccessKeyID || again.SecretAccessKey == first.SecretAccessKey || again.SessionToken == first.SessionToken {
		t.Error("two keys share a part")
	}
	if userID(t, s, again) != userID(t, s, first) || again.ARN != first.ARN {
		t.Errorf("the role has two ids: %s, %s", userID(t, s, first), userID(t, s, again))
	}
	for _, change := range []func(*sts.Service, *vendor.Grant){
		func(_ *sts.Service, g *vendor.Grant) { g.AccountID = "123456789022" },
		func(_ *sts.Service, g *vendor.Grant) { g.PermissionSet.Name = "FullAccess" },
		func(s *sts.Service, _ *vendor.Grant) { s.Region = "eu-west-1" },
		func(s *sts.Service, _ *vendor.Grant) { s.Key = bytes.Repeat([]byte{8}, 32) },
	} {
		s, other := newService(), alice
		change(s, &other)
		if key := issue(t, s, other); userID(t, s, key) == userID(t, newService(), first) {
			t.Errorf("%+v has the role id of %+v", other, alice)
		}
	}
}

func TestPartitions(t *testing.T) {
	s := newService()
	s.Region = "cn-north-1"
	g := alice
	g.User.Name = "alice@example.com"
	want := regexp.MustCompile(`^arn:aws-cn:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_[0-9a-f]{16}/alice@example\.com$`)
	if key := issue(t, s, g); !want.MatchString(key.ARN) {
		t.Errorf("ARN %q", key.ARN)
	}
}

func TestVendRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*sts.Service, *vendor.Grant)
		want   error
	}{
		{"short master key", func(s *sts.Service, _ *vendor.Grant) { s.Key = s.Key[:31] }, nil},
		{"no duration", func(_ *sts.Service, g *vendor.Grant) { g.Duration = 0 }, nil},
		{"13 hours", func(_ *sts.Service, g *vendor.Grant) { g.Duration = 13 * time.Hour }, nil},
		{"account of 11 digits", func(_ *sts.Service, g *vendor.Grant) { g.AccountID = "12345678901" }, nil},
		{"account of 13 digits", func(_ *sts.Service, g *vendor.Grant) { g.AccountID = "0123456789011" }, nil},
		{"account with a letter", func(_ *sts.Service, g *vendor.Grant) { g.AccountID = "12345678901x" }, nil},
		{"permission set with a slash", func(_ *sts.Service, g *vendor.Grant) { g.PermissionSet.Name = "a/b" }, nil},
		{"permission set of 33", func(_ *sts.Service, g *vendor.Grant) { g.PermissionSet.Name = strings.Repeat("a", 33) }, nil},
		{"no user", func(_ *sts.Service, g *vendor.Grant) { g.User.Name = "" }, sts.ErrUserName},
		{"user with a slash", func(_ *sts.Service, g *vendor.Grant) { g.User.Name = "../root" }, sts.ErrUserName},
		{"user of 65", func(_ *sts.Service, g *vendor.Grant) { g.User.Name = strings.Repeat("a", 65) }, sts.ErrUserName},
	} {
		s, g := newService(), alice
		tt.change(s, &g)
		key, err := s.Vend(t.Context(), g)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want one of %v", tt.name, err, tt.want)
		}
		if key != (vendor.Credentials{}) {
			t.Errorf("%s: a key was made", tt.name)
		}
	}
}

// TestSession: whole credentials are what they are as issued, and nothing else is.
func TestSession(t *testing.T) {
	s := newService()
	key, other := issue(t, s, alice), issue(t, s, alice)
	got := session(t, s, key)
	got.ARN, got.RoleID = "", ""
	want := sts.Session{AccessKeyID: key.AccessKeyID, UserID: "u-alice", User: "alice", PermissionSetID: "p-read",
		Home: "123456789011", Source: sts.FromSignIn, Issued: noon, Expires: noon.Add(time.Hour)}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := session(t, s, key); got.Account() != "123456789011" || got.Name() != "alice" || !strings.HasPrefix(got.RoleName(), "AWSReservedSSO_ReadOnly_") {
		t.Errorf("account %q, role %q, name %q", got.Account(), got.RoleName(), got.Name())
	}
	for _, tt := range []struct {
		name string
		c    vendor.Credentials
	}{
		{"nothing", vendor.Credentials{}},
		{"another id", vendor.Credentials{AccessKeyID: other.AccessKeyID, SecretAccessKey: key.SecretAccessKey, SessionToken: key.SessionToken}},
		{"another secret", vendor.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: other.SecretAccessKey, SessionToken: key.SessionToken}},
		{"another token", vendor.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey, SessionToken: other.SessionToken}},
		{"the token in two lines", vendor.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey, SessionToken: key.SessionToken[:40] + "\n" + key.SessionToken[40:]}},
	} {
		if got, err := s.Session(tt.c); !errors.Is(err, sts.ErrInvalid) || got != (sts.Session{}) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
	s.Now = func() time.Time { return noon.Add(time.Hour) }
	if _, err := s.Session(key); !errors.Is(err, sts.ErrExpired) {
		t.Errorf("when it has ended: %v", err)
	}
}

// TestReplicas: what one replica issued another with the key verifies, and a
// center with another key does not.
func TestReplicas(t *testing.T) {
	key := issue(t, newService(), alice)
	if got := session(t, newService(), key); got.ARN != key.ARN {
		t.Errorf("%+v", got)
	}
	foreign := newService()
	foreign.Key = bytes.Repeat([]byte{8}, 32)
	if _, err := foreign.Session(key); !errors.Is(err, sts.ErrInvalid) {
		t.Errorf("another center: %v", err)
	}
}

// FuzzToken: no token but one that was sealed for the key opens.
func FuzzToken(f *testing.F) {
	s := newService()
	key, err := s.Vend(f.Context(), alice)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(key.AccessKeyID, key.SessionToken)
	f.Add(key.AccessKeyID, key.SessionToken+"=")
	f.Add("", "")
	f.Add("ASIAQNZGKIQY56JQ7WML", "AAAA")
	f.Fuzz(func(t *testing.T, id, token string) {
		got, err := s.Session(vendor.Credentials{AccessKeyID: id, SecretAccessKey: key.SecretAccessKey, SessionToken: token})
		if genuine := id == key.AccessKeyID && token == key.SessionToken; genuine != (err == nil) {
			t.Fatalf("%q, %q: %+v, %v", id, token, got, err)
		}
	})
}

func TestCredentialsDoNotPrint(t *testing.T) {
	key := issue(t, newService(), alice)
	if printed := fmt.Sprintf("%v %+v", key, &key); strings.Contains(printed, key.SecretAccessKey) || strings.Contains(printed, key.SessionToken) {
		t.Error(printed)
	}
	if text, err := json.Marshal(session(t, newService(), key)); err != nil || strings.Contains(string(text), key.SecretAccessKey) {
		t.Errorf("%s, %v", text, err)
	}
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
