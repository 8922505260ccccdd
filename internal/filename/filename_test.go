package filename_test

import (
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/filename"
)

// FuzzAsFilepath: names mean what they mean to path/filepath, which cleans them
// besides.
func FuzzAsFilepath(f *testing.F) {
	for _, path := range []string{"", ".", "a", "/", "/a", "a/b", "/a/b", "a/", "//a", "/a//b", "../a", "/a/../b", "a\\b"} {
		f.Add(path, "b")
		f.Add("/home/me", path)
	}
	f.Fuzz(func(t *testing.T, path, name string) {
		dir, last := filename.Split(path)
		if wantDir, want := filepath.Split(path); dir != wantDir || last != want {
			t.Errorf("Split(%q) = %q, %q, want %q, %q", path, dir, last, wantDir, want)
		}
		if got, want := filepath.Clean(filename.Dir(path)), filepath.Dir(path); got != want {
			t.Errorf("Dir(%q) = %q, want %q", path, got, want)
		}
		if got, want := filename.Join(path, name), filepath.Join(path, name); want != "" && filepath.Clean(got) != want && path != "" {
			t.Errorf("Join(%q, %q) = %q, want %q", path, name, got, want)
		}
		if got, want := filename.IsAbs(path), filepath.IsAbs(path); got != want {
			t.Errorf("IsAbs(%q) = %v", path, got)
		}
		got, err := filename.Abs(path)
		want, wantErr := filepath.Abs(path)
		if (err == nil) != (wantErr == nil) || filepath.Clean(got) != want {
			t.Errorf("Abs(%q) = %q, %v, want %q", path, got, err, want)
		}
	})
}

func TestIsSeparator(t *testing.T) {
	if !filename.IsSeparator('/') || !filename.IsSeparator(filepath.Separator) || filename.IsSeparator('a') {
		t.Error("the separators are not those of the system")
	}
}

// Nobody is to see a name with two slashes.
func TestJoinOfHome(t *testing.T) {
	for home, want := range map[string]string{"/home/me": "/home/me/.aws/config", "/home/me/": "/home/me/.aws/config", "/": "/.aws/config"} {
		if got := filename.Join(home, ".aws", "config"); strings.ReplaceAll(got, `\`, "/") != want {
			t.Errorf("Join(%q) = %q", home, got)
		}
	}
}
