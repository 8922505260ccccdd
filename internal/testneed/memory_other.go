//go:build !linux

package testneed

// Memory does nothing: there is no directory in memory.
func Memory() {}
