package yamlfile_test

import (
	"strings"
	"testing"

	"latchkey/internal/center/yamlfile"
)

func TestRoot(t *testing.T) {
	for text, want := range map[string]string{
		"a: [":           "f:1:4: sequence end token ']' not found",
		"a: 1\na: 2":     `f:2:1: mapping key "a" already defined at [1:1]`,
		"a: 1\n---\nb: ": "f:2:1: a second document; want one",
		"\ta: 1":         "f:1:2: tab character cannot use as a map key directly",
	} {
		if _, err := yamlfile.Root("f", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for _, nothing := range []string{"", "# nothing", "---\n"} {
		if root, err := yamlfile.Root("f", []byte(nothing)); err != nil || root != nil && root.Type().String() != "Null" {
			t.Errorf("%q: %v %v", nothing, root, err)
		}
	}
}

func FuzzRoot(f *testing.F) {
	for _, seed := range []string{"a: [1, {b: c}]", "? [a]\n: b", "- - -", "{", "\xff", "%YAML 1.2\n---\n", "&x [*x]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := yamlfile.Root("f", data); err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("an error without a place: %v", err)
		}
	})
}
