package sts_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/center/sts"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fakeStore is a Store in memory; err, when set, is what it fails with.
type fakeStore struct {
	mu   sync.Mutex
	keys map[string]sts.StoredKey
	err  error
}

func (f *fakeStore) PutKey(_ context.Context, k sts.StoredKey) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys == nil {
		f.keys = map[string]sts.StoredKey{}
	}
	f.keys[k.AccessKeyID] = k
	return f.err
}

func (f *fakeStore) Key(_ context.Context, id string) (sts.StoredKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return sts.StoredKey{}, f.err
	}
	k, ok := f.keys[id]
	if !ok {
		return sts.StoredKey{}, sts.ErrNotFound
	}
	return k, nil
}

func newService() (*sts.Service, *fakeStore) {
	store := &fakeStore{}
	return &sts.Service{
		Store: store, Key: bytes.Repeat([]byte{7}, 32), Region: "us-east-1",
		Now: func() time.Time { return noon },
	}, store
}

var alice = sts.Principal{
	Account: "123456789011", PermissionSet: "ReadOnly", RoleSuffix: "0123456789abcdef",
	Region: "us-east-1", UserName: "alice",
}

func issue(t *testing.T, s *sts.Service, p sts.Principal) sts.Key {
	t.Helper()
	key, err := s.Issue(t.Context(), p, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestIssue(t *testing.T) {
	s, store := newService()
	key := issue(t, s, alice)
	for _, tt := range []struct{ name, got, pattern string }{
		{"access key id", key.AccessKeyID, `^ASIA[A-Z2-7]{16}$`},
		{"secret", key.Secret, `^[A-Za-z0-9+/]{40}$`},
		{"session token", key.SessionToken, `^[A-Za-z0-9_-]{192}$`},
		{"ARN", key.ARN, `^arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/alice$`},
		{"user id", key.UserID, `^AROA[A-Z2-7]{17}:alice$`},
		{"account", key.Account, `^123456789011$`},
	} {
		if !regexp.MustCompile(tt.pattern).MatchString(tt.got) {
			t.Errorf("%s: got %q, want %s", tt.name, tt.got, tt.pattern)
		}
	}
	if want := noon.Add(time.Hour); !key.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", key.Expires, want)
	}
	stored, err := json.Marshal(store.keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{key.Secret, key.SessionToken} {
		if strings.Contains(string(stored), secret) {
			t.Errorf("the store keeps a secret: %s", stored)
		}
	}
}

func TestIdentifiersFollowTheRole(t *testing.T) {
	s, _ := newService()
	first := issue(t, s, alice)
	roleID := func(k sts.Key) string { id, _, _ := strings.Cut(k.UserID, ":"); return id }
	again := issue(t, s, alice)
	if again.AccessKeyID == first.AccessKeyID || again.Secret == first.Secret || again.SessionToken == first.SessionToken {
		t.Error("two keys share a part")
	}
	if roleID(again) != roleID(first) {
		t.Errorf("the role has two ids: %s, %s", roleID(first), roleID(again))
	}
	for _, change := range []func(*sts.Principal){
		func(p *sts.Principal) { p.Account = "123456789022" },
		func(p *sts.Principal) { p.PermissionSet = "FullAccess" },
		func(p *sts.Principal) { p.RoleSuffix = "fedcba9876543210" },
		func(p *sts.Principal) { p.Region = "eu-west-1" },
	} {
		other := alice
		change(&other)
		if key := issue(t, s, other); roleID(key) == roleID(first) {
			t.Errorf("%+v has the role id of %+v", other, alice)
		}
	}
}

func TestIssueFillsIn(t *testing.T) {
	s, _ := newService()
	s.Region = "cn-north-1"
	key := issue(t, s, sts.Principal{Account: "123456789011", PermissionSet: "ReadOnly", UserName: "alice@example.com"})
	want := regexp.MustCompile(`^arn:aws-cn:sts::123456789011:assumed-role/AWSReservedSSO_ReadOnly_[0-9a-f]{16}/alice@example\.com$`)
	if !want.MatchString(key.ARN) {
		t.Errorf("ARN %q", key.ARN)
	}
}

func TestIssueRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*sts.Service, *sts.Principal, *time.Duration)
		want   error
	}{
		{"short master key", func(s *sts.Service, _ *sts.Principal, _ *time.Duration) { s.Key = s.Key[:31] }, nil},
		{"no duration", func(_ *sts.Service, _ *sts.Principal, d *time.Duration) { *d = 0 }, nil},
		{"13 hours", func(_ *sts.Service, _ *sts.Principal, d *time.Duration) { *d = 13 * time.Hour }, nil},
		{"account of 11 digits", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.Account = "12345678901" }, nil},
		{"account with a letter", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.Account = "12345678901x" }, nil},
		{"permission set with a slash", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.PermissionSet = "a/b" }, nil},
		{"permission set of 33", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.PermissionSet = strings.Repeat("a", 33) }, nil},
		{"no user", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.UserName = "" }, sts.ErrUserName},
		{"user with a slash", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.UserName = "../root" }, sts.ErrUserName},
		{"user of 65", func(_ *sts.Service, p *sts.Principal, _ *time.Duration) { p.UserName = strings.Repeat("a", 65) }, sts.ErrUserName},
	} {
		s, store := newService()
		p, d := alice, time.Hour
		tt.change(s, &p, &d)
		key, err := s.Issue(t.Context(), p, d)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want one of %v", tt.name, err, tt.want)
		}
		if key != (sts.Key{}) || len(store.keys) != 0 {
			t.Errorf("%s: a key was made", tt.name)
		}
	}
	s, store := newService()
	store.err = errors.New("disk full")
	if key, err := s.Issue(t.Context(), alice, time.Hour); !errors.Is(err, store.err) || key != (sts.Key{}) {
		t.Errorf("the store fails: %+v, %v", key, err)
	}
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
