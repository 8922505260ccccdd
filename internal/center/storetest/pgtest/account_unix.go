//go:build unix

package pgtest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
	"testing"

	"latchkey/internal/testneed"
)

// account is the user that the server runs as: nil for the one that runs the
// test.
type account struct{ *syscall.Credential }

// someoneElse is not root, which PostgreSQL refuses.
func someoneElse(t testing.TB) account {
	t.Helper()
	if os.Geteuid() != 0 {
		return account{}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		}
	}
	testneed.Check(t, false, "no user that PostgreSQL could run as")
	return account{}
}

func (a account) attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: a.Credential}
}

// own gives a file to the account.
func (a account) own(t testing.TB, name string) {
	t.Helper()
	if a.Credential == nil {
		return
	}
	if err := os.Chown(name, int(a.Uid), int(a.Gid)); err != nil {
		t.Fatal(err)
	}
}
