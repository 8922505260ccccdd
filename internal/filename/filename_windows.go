package filename

import "path/filepath"

// Split returns the directory, with the separator at its end, and the last name.
func Split(path string) (dir, name string) { return filepath.Split(path) }

// Dir returns the directory of path, "." if it names none.
func Dir(path string) string { return filepath.Dir(path) }

// Join puts names below dir.
func Join(dir string, names ...string) string {
	return filepath.Join(append([]string{dir}, names...)...)
}

// IsAbs reports whether path does not depend on the working directory.
func IsAbs(path string) bool { return filepath.IsAbs(path) }

// Abs makes path independent of the working directory.
func Abs(path string) (string, error) { return filepath.Abs(path) }

// Real returns dir without links in it.
func Real(dir string) (string, error) { return filepath.EvalSymlinks(dir) }

// IsSeparator reports whether c stands between names.
func IsSeparator(c byte) bool { return c == '/' || c == filepath.Separator }
