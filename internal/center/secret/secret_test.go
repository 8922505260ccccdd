package secret_test

import (
	"errors"
	"strings"
	"testing"

	"latchkey/internal/center/secret"
)

func TestUserCode(t *testing.T) {
	seen := map[rune]int{}
	for range 2000 {
		code := secret.UserCode()
		if got, ok := secret.NormalizeUserCode(code); !ok || got != code {
			t.Fatalf("%q is normalised to %q, %v", code, got, ok)
		}
		for _, r := range code {
			seen[r]++
		}
	}
	delete(seen, '-')
	for r, n := range seen {
		// Of 16,000 letters, 800 are expected of each; 28 is the deviation.
		if n < 650 || n > 950 {
			t.Errorf("%c came %d times", r, n)
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d letters, want 20", len(seen))
	}
}

func TestNormalizeUserCode(t *testing.T) {
	for typed, want := range map[string]string{
		"BCDF-GHJK": "BCDF-GHJK", "bcdfghjk": "BCDF-GHJK", " bcdf ghjk ": "BCDF-GHJK", "b.c.d.f.g.h.j.k": "BCDF-GHJK",
		"BCDF\tGHJK": "BCDF-GHJK", "BCDF_GHJK": "BCDF-GHJK",
		"": "", "BCDF-GHJ": "", "BCDF-GHJKL": "", "ACDF-GHJK": "", "BCDF-GHJ1": "", "ＢCDF-GHJK": "", "BCDF-GHJ\u212a": "",
		strings.Repeat("-", 100) + "BCDFGHJK": "", "BCDF\x00GHJK": "",
	} {
		got, ok := secret.NormalizeUserCode(typed)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v, want %q", typed, got, ok, want)
		}
	}
}

func FuzzNormalizeUserCode(f *testing.F) {
	f.Add("BCDF-GHJK")
	f.Add("bcdf ghjk")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := secret.NormalizeUserCode(typed)
		if !ok {
			return
		}
		if again, ok := secret.NormalizeUserCode(code); !ok || again != code || len(code) != 9 {
			t.Errorf("%q: %q, then %q", typed, code, again)
		}
	})
}

func TestKey(t *testing.T) {
	k := secret.NewKey()
	if !k.Verify("x", k.Sign("x")) {
		t.Error("a signature does not verify")
	}
	for _, signature := range []string{"", k.Sign("y"), k.Derive("a").Sign("x"), secret.NewKey().Sign("x")} {
		if k.Verify("x", signature) {
			t.Errorf("%q verifies", signature)
		}
	}
	token := secret.Token()
	if len(token) != 43 || !secret.Matches(secret.Hash(token), token) || secret.Matches(secret.Hash(token), token+"x") {
		t.Errorf("token %q", token)
	}
}

func TestSeal(t *testing.T) {
	k := secret.NewKey()
	sealed := k.Seal([]byte("hello"), "a")
	if data, err := k.Open(sealed, "a"); err != nil || string(data) != "hello" {
		t.Fatalf("%q, %v", data, err)
	}
	changed := append([]byte{}, sealed...)
	changed[len(changed)-1] ^= 1
	for _, open := range []func() ([]byte, error){
		func() ([]byte, error) { return k.Open(sealed, "b") },
		func() ([]byte, error) { return k.Open(changed, "a") },
		func() ([]byte, error) { return k.Open(nil, "a") },
		func() ([]byte, error) { return secret.NewKey().Open(sealed, "a") },
	} {
		if data, err := open(); !errors.Is(err, secret.ErrUnsealed) {
			t.Errorf("%q, %v", data, err)
		}
	}
}
