package bench

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var faults = []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EROFS}

// TestEachCallFails has the first, second, … call that changes a file fail. The
// file keeps its old bytes, the command says which one it was and exits with
// another code than 0; credentials that could only not be kept are printed.
func TestEachCallFails(t *testing.T) {
	eachWriter(t, func(t *testing.T, w writer) {
		p := forgiving(t)
		after := w.completed(t, p)
		calls := len(w.calls(t, p))
		runs := 0
		for n := 0; n < calls; n += size(3, 1) {
			for i, errno := range faults {
				if full() || i == n%len(faults) {
					w.failedAt(t, p, after, n, errno)
					runs++
				}
			}
		}
		t.Logf("%d calls, %d runs", calls, runs)
	})
}

// failedAt has the call n, counted from 0, of the writer fail and checks what
// comes of it.
func (w writer) failedAt(t *testing.T, p *portal, after state, n int, errno syscall.Errno) {
	t.Helper()
	u := w.prepared(t, p)
	before := stateOf(t, u.home)
	passed := -1
	var failed call
	tr := &tracer{root: u.home, visit: func(c call) verdict {
		if c.entry {
			passed++
		}
		if !c.entry || passed != n {
			return verdict{}
		}
		failed = c
		return verdict{fail: errno}
	}}
	end, err := tr.run(w.argv(u), u.env)
	must(t, err)
	now := stateOf(t, u.home)
	now.either(t, before, after)
	noneLeft(t, u.home)
	if file := strings.TrimPrefix(failed.file(), u.home); now[file] != before[file] {
		t.Errorf("%s has changed", file)
	}
	switch {
	case w.answers:
		if c, err := printed(end.out); end.code != 0 || err != nil || !wholeCredentials(c) {
			t.Errorf("no credentials: exit %d, %v", end.code, err)
		}
	case failed.ofLock() && end.code == 0:
		now.either(t, after, after) // done without the lock, and done whole
	case end.code == 0:
		t.Error("exit 0")
	}
	if !w.silent(failed) && !strings.Contains(end.err, failed.file()) && !strings.Contains(end.err, filepath.Dir(failed.file())+":") {
		t.Errorf("nothing is said of %s", failed.file())
	}
	w.completes(t, u, before, after)
	if t.Failed() {
		t.Fatalf("with %v at call %d, %+v: exit %d\n%s%s", errno, n, failed, end.code, end.out, end.err)
	}
}

// TestAllCallsFail is a disk that is full, broken or read-only all the while:
// nothing changes, and credentials are printed none the less.
func TestAllCallsFail(t *testing.T) {
	eachWriter(t, func(t *testing.T, w writer) {
		p := forgiving(t)
		for _, errno := range faults[:size(1, len(faults))] {
			u := w.prepared(t, p)
			before := stateOf(t, u.home)
			tr := &tracer{root: u.home, visit: func(call) verdict { return verdict{fail: errno} }}
			end, err := tr.run(w.argv(u), u.env)
			must(t, err)
			stateOf(t, u.home).either(t, before, before)
			noneLeft(t, u.home)
			_, notPrinted := printed(end.out)
			if (end.code == 0) != w.answers || w.answers && notPrinted != nil || !strings.Contains(end.err, u.home) {
				t.Errorf("%v: exit %d\n%s%s", errno, end.code, end.out, end.err)
			}
		}
	})
}

// file is the file that the call was about: the one to be replaced when it
// changes a temporary one.
func (c call) file() string {
	file, _ := target(c.path)
	return file
}

// ofLock reports whether the call was made to take a lock that a cache can do
// without: to make its directory or its file, or to note who holds it. A config
// file is never edited without its lock.
func (c call) ofLock() bool {
	lock := strings.HasSuffix(c.path, ".lock")
	return c.name == "mkdirat" || lock && (c.name == "pwrite64" || filepath.Base(filepath.Dir(c.path)) == "cache")
}

// silent reports whether the failure of the call takes nothing from anybody: a
// lock holder's note of its process id, and the lock of a token that is deleted.
func (w writer) silent(c call) bool {
	return strings.HasSuffix(c.path, ".lock") && (c.name == "pwrite64" || w.name == "sso logout")
}
