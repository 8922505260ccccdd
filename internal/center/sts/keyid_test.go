package sts

import (
	"bytes"
	"testing"
)

// TestPublishedKeyIDs holds the layout to ids whose accounts were published, by
// the two that keyid.go names, by psanford/aws-account-id-from-key and by the
// crate aws_account_id_from_key_id.
func TestPublishedKeyIDs(t *testing.T) {
	for id, want := range map[string]string{
		"ASIAY34FZKBOKMUTVV7A": "609629065308",
		"ASIAVJ2E6QGR2WZILJFM": "364679954851",
		"AKIASP2TPHJSQH3FJXYZ": "171436882533",
		"ASIAQAAAAAAAGMKEM7X5": "000000000000",
	} {
		if got, ok := accountOf(id); got != want || !ok {
			t.Errorf("%s: account %q, %v, want %s", id, got, ok, want)
		}
	}
	for _, id := range []string{"", "ASIA", "ASIAY34FZKBOKMUTVV7", "ASIAY34FZKBOKMUTVV7A=", "ASIAy34fzkbokmutvv7a",
		"AKIAIOSFODNN7EXAMPLE", "ASIA7777777777777777", "ASIAY34FZKBOKMUTVV1A"} {
		if got, ok := accountOf(id); ok {
			t.Errorf("%q is of account %q", id, got)
		}
	}
}

func TestKeyIDsCarryTheirAccount(t *testing.T) {
	s, other := &Service{Key: bytes.Repeat([]byte{7}, 32)}, &Service{Key: bytes.Repeat([]byte{8}, 32)}
	foreign, typos, total := 0, 0, 0
	for _, account := range []string{"000000000000", "000000000001", "123456789011", "999999999999"} {
		for range 1000 {
			id, err := s.newAccessKeyID(account)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := accountOf(id); got != account || !ok || !s.issued(id) {
				t.Fatalf("%s of %s: account %q, %v, issued %v", id, account, got, ok, s.issued(id))
			}
			total++
			if other.issued(id) {
				foreign++
			}
			if typo := id[:12] + string("AB"[id[12]&1]) + id[13:]; typo != id && s.issued(typo) {
				typos++
			}
			if s.issued("AKIA" + id[4:]) {
				t.Errorf("AKIA%s is no temporary key", id[4:])
			}
		}
	}
	// One in 4,096 may pass.
	if foreign > 10 || typos > 10 {
		t.Errorf("of %d ids, %d pass at another center and %d with a slip", total, foreign, typos)
	}
}
