package password_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"latchkey/internal/center/password"
)

func TestHashAndVerify(t *testing.T) {
	h := password.NewHasher()
	phc, err := h.Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") || password.ValidHash(phc) != nil {
		t.Errorf("hash %s", phc)
	}
	if again, _ := h.Hash("correct horse"); again == phc {
		t.Error("the same salt twice")
	}
	if !h.Verify(phc, "correct horse") {
		t.Error("the right password is refused")
	}
	for _, wrong := range []string{"", " ", "correct hors", "correct horse ", "correct horse\x00", strings.Repeat("x", 2000)} {
		if h.Verify(phc, wrong) {
			t.Errorf("%q is accepted", wrong)
		}
	}
	for _, broken := range []string{"", "x", strings.Replace(phc, "argon2id", "argon2i", 1), phc[:len(phc)-30]} {
		if h.Verify(broken, "correct horse") {
			t.Errorf("%q lets in", broken)
		}
	}
	if _, err := h.Hash(strings.Repeat("x", 1025)); err == nil {
		t.Error("a password of 1025 bytes")
	}
}

func TestValidHash(t *testing.T) {
	const tail = "$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
	for _, bad := range []string{
		"", "$argon2id$v=16$m=19456,t=2,p=1" + tail, "$argon2i$v=19$m=19456,t=2,p=1" + tail,
		"$argon2id$v=19$m=19456,t=2" + tail, "$argon2id$v=19$t=2,m=19456,p=1" + tail,
		"$argon2id$v=19$m=19456,t=1,p=1" + tail, "$argon2id$v=19$m=19456,t=2,p=0" + tail,
		"$argon2id$v=19$m=4294967295,t=2,p=1" + tail, "$argon2id$v=19$m=19456,t=1000,p=1" + tail,
		"$argon2id$v=19$m=99999999999,t=2,p=1" + tail, "$argon2id$v=19$m=19456,t=2,p=1$c2Fs$aGFzaA",
		"$argon2id$v=19$m=19456,t=2,p=1" + tail + "=", "$2y$10$abc", tail,
	} {
		if password.ValidHash(bad) == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// More than may wait are turned away at once, so that a flood takes neither the
// memory nor the place of the others.
func TestFlood(t *testing.T) {
	h := password.NewHasher()
	phc, err := h.Hash("x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ok, err := h.Check(ctx, phc, "x"); ok && err != nil {
		t.Errorf("%v %v", ok, err)
	}
	var busy, right atomic.Int32
	var all sync.WaitGroup
	for range 400 {
		all.Go(func() {
			ok, err := h.Check(t.Context(), phc, "x")
			switch {
			case errors.Is(err, password.ErrBusy):
				busy.Add(1)
			case ok:
				right.Add(1)
			default:
				t.Errorf("%v %v", ok, err)
			}
		})
	}
	all.Wait()
	if busy.Load() == 0 || right.Load() == 0 {
		t.Errorf("of 400 at once %d were checked and %d turned away", right.Load(), busy.Load())
	}
}
