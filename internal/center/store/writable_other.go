//go:build !unix

package store

import "os"

// writable reports whether a file is not marked as one to read only.
func writable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().Perm()&0o200 != 0
}
