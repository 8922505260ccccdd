package cli

import (
	"errors"
	"io/fs"
	"syscall"

	"latchkey/internal/atomicfile"
	"latchkey/internal/awsapi"
)

// files explains what kept a file from being read or written. When a write
// fails, the file is as it was.
func files(err error) (int, string, bool) {
	if _, ok := errors.AsType[*awsapi.CABundleError](err); ok {
		return exitOther, "name a file of certificates in PEM form with AWS_CA_BUNDLE, ca_bundle or --ca-bundle, or none of them for the system's own", true
	}
	switch {
	case errors.Is(err, atomicfile.ErrReadOnly):
		return exitOther, "let its owner write it (chmod u+w) if it is to be changed; nothing was", true
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return exitOther, "make room on its disk, or in your quota, and run the command again; the file is as it was", true
	case errors.Is(err, syscall.EROFS):
		return exitOther, "its disk is mounted read-only: mount it anew, or name another place for the file", true
	case errors.Is(err, fs.ErrPermission):
		return exitOther, "see who owns it, and who may read and write it and its directory", true
	}
	return 0, "", false
}
