package password_test

import (
	"strings"
	"testing"

	"latchkey/internal/center/password"
)

func TestValidNew(t *testing.T) {
	for _, good := range []string{
		"pick a better one", "four words of yours", "Tr0ub4dor&3-and-more", "lösche die Ölkanne", strings.Repeat("wörter ", 36) + "end.",
		" spaces count too ", "пароль для дома", "alice in a boat",
	} {
		if err := password.ValidNew(good, "alice"); err != nil {
			t.Errorf("%q %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":                         "at least 12 characters",
		"correct hors":             "",
		"short enough":             "",
		"elevenchars":              "at least 12 characters",
		"ünfünfünfün":              "at least 12 characters", // more than 12 bytes
		strings.Repeat("wört", 65): "at most 256 characters",
		"two lines\nof text":       "one line",
		"alicealicealice":          "user name",
		"Alice12Alice3":            "user name",
		"aliceALICE!12":            "user name",
		"abababababab":             "again and again",
		"123456789012":             "again and again",
		"zyxwvutsrqpo":             "again and again",
		"abcdefghijklm1":           "again and again",
		"Password1234":             "many people",
		"QWERTYUIOPASDFGHJKL":      "many people",
		"caf\xe9 caf\xe9 bien":     "UTF-8",
	} {
		err := password.ValidNew(bad, "alice")
		if want == "" {
			if err != nil {
				t.Errorf("%q %v", bad, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", bad, err, want)
		}
	}
}
