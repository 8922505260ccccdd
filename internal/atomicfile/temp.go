package atomicfile

import (
	"io/fs"
	"os"
	"strings"
	"time"

	"latchkey/internal/filename"
)

// staleAfter is how old a temporary file is when nobody can be writing it still.
const staleAfter = 10 * time.Minute

// writeTemp writes data to a new file beside target, down to the disk, and
// returns its name. Until it is complete nobody but the user may open it.
func writeTemp(target string, data []byte, mode fs.FileMode, owner fs.FileInfo) (string, error) {
	dir, base := filename.Split(target)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, "."+base+".*.tmp")
	if err != nil {
		return "", pathError("write", target, err)
	}
	if err := fill(f, data, mode, owner); err != nil {
		f.Close()
		_ = os.Remove(f.Name())
		return "", pathError("write", target, err)
	}
	if err := f.Close(); err != nil {
		_ = os.Remove(f.Name())
		return "", pathError("close", target, err)
	}
	return f.Name(), nil
}

// fill gives f its bytes and then, by descriptor, its owner and mode: by path
// they could be made to land on another file.
func fill(f *os.File, data []byte, mode fs.FileMode, owner fs.FileInfo) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if owner != nil {
		mode = copyOwner(f, owner, mode)
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return f.Sync()
}

// removeStale removes what writers of dir/base that were killed left behind. It
// is a courtesy: what cannot be removed stays.
func removeStale(dir, base string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return
	}
	for _, name := range names {
		if isTemp(name, base) {
			removeIfOld(filename.Join(dir, name))
		}
	}
}

// isTemp reports whether name is one that writeTemp gives: ".BASE.DIGITS.tmp".
func isTemp(name, base string) bool {
	rest, ok := strings.CutPrefix(name, "."+base+".")
	if !ok {
		return false
	}
	digits, ok := strings.CutSuffix(rest, ".tmp")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func removeIfOld(path string) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > staleAfter {
		_ = os.Remove(path)
	}
}
