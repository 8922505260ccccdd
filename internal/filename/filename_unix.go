//go:build !windows

package filename

import (
	"os"
	"strings"
)

// Split returns the directory, with the separator at its end, and the last name.
func Split(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/') + 1
	return path[:i], path[i:]
}

// Dir returns the directory of path, "." if it names none.
func Dir(path string) string {
	dir, _ := Split(path)
	switch bare := strings.TrimRight(dir, "/"); {
	case dir == "":
		return "."
	case bare == "":
		return "/"
	default:
		return bare
	}
}

// Join puts names below dir.
func Join(dir string, names ...string) string {
	for _, name := range names {
		name = strings.TrimLeft(name, "/")
		switch {
		case name == "":
		case dir == "" || strings.HasSuffix(dir, "/"):
			dir += name
		default:
			dir += "/" + name
		}
	}
	return dir
}

// IsAbs reports whether path does not depend on the working directory.
func IsAbs(path string) bool { return strings.HasPrefix(path, "/") }

// Abs makes path independent of the working directory.
func Abs(path string) (string, error) {
	if IsAbs(path) {
		return path, nil
	}
	dir, err := os.Getwd()
	return Join(dir, path), err
}

// Real returns dir without links in it, or dir: the system goes through links
// by itself where nobody has cleaned the name.
func Real(dir string) (string, error) { return dir, nil }

// IsSeparator reports whether c stands between names.
func IsSeparator(c byte) bool { return c == '/' }
