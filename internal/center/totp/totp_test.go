package totp_test

import (
	"testing"
	"time"

	"latchkey/internal/center/totp"
)

// RFC 6238, appendix B: the vectors for SHA-1, of which these are the last six
// of eight digits.
func TestVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totp.Code(secret, totp.Step(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	secret, now := totp.NewSecret(), time.Unix(1_800_000_000, 0)
	current := totp.Step(now)
	for ahead, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		if step, ok := totp.Check(secret, totp.Code(secret, current+ahead), now); ok != want || ok && step != current+ahead {
			t.Errorf("%d steps ahead: %d, %v", ahead, step, ok)
		}
	}
	code := totp.Code(secret, current)
	if _, ok := totp.Check(secret, " "+code[:3]+" "+code[3:], now); !ok {
		t.Error("a code as apps show it is refused")
	}
	for _, wrong := range []string{"", "0", code + "0", code[:5]} {
		if _, ok := totp.Check(secret, wrong, now); ok {
			t.Errorf("%q is right", wrong)
		}
	}
}

func TestURL(t *testing.T) {
	got := totp.URL([]byte("12345678901234567890"), "Latchkey Center", "alice@example.com")
	want := "otpauth://totp/Latchkey%20Center:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Latchkey+Center"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
