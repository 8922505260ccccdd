//go:build unix

package store

import "golang.org/x/sys/unix"

// writable reports whether this user may write a file or in a directory. To open
// it would be another way, but to close a file gives up SQLite's locks on it.
func writable(name string) bool { return unix.Access(name, unix.W_OK) == nil }
