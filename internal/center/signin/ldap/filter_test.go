package ldap

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// Whatever somebody calls themselves, the filter asks one question, about that
// very name.
func FuzzFilter(f *testing.F) {
	for _, name := range []string{
		"alice", "*", "a*", "alice)(uid=*", "*)(uid=*))(|(uid=*", `\2a`, "\\", "(", ")", "&", "|(", "\x00", "{dn}", "{username}", "ä", "\xff", "",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		filter := fill("(uid={username})", name, "cn=other", "other")
		packet, err := ldap.CompileFilter(filter)
		if err != nil {
			t.Fatalf("%q: %q: %v", name, filter, err)
		}
		if packet.Tag != ldap.FilterEqualityMatch || len(packet.Children) != 2 {
			t.Fatalf("%q: %q is a question of kind %d", name, filter, packet.Tag)
		}
		if got := packet.Children[1].Data.String(); got != name {
			t.Errorf("%q is asked for as %q", name, got)
		}
	})
}

func TestGUID(t *testing.T) {
	got := guid([]byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff})
	if want := "00112233-4455-6677-8899-aabbccddeeff"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
