package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A call is a system call that changes a file or a directory.
type call struct {
	name  string
	path  string // that it changes; of a rename, the new name
	entry bool   // about to happen, else just done
}

// A verdict is what becomes of a process at a call.
type verdict struct {
	kill bool
	fail syscall.Errno // instead of the call; at its entry only
}

// A tracer runs a program by ptrace and shows every call of any of its threads
// that changes something below root.
type tracer struct {
	root  string
	visit func(call) verdict

	pid     int
	pending map[int]*pendingCall // by thread, between entry and exit
	ended   tracedEnd
	failed  error
}

type pendingCall struct {
	call
	fail syscall.Errno
}

type tracedEnd struct {
	outcome
	killed bool
	peak   int // most memory at any time, KiB
}

// run runs the program to its end. ptrace belongs to a thread, so that one is
// kept for it and ends with it.
func (tr *tracer) run(argv, env []string) (tracedEnd, error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		tr.failed = tr.start(argv, env)
	}()
	<-done
	return tr.ended, tr.failed
}

func (tr *tracer) start(argv, env []string) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	out, err := newCapture()
	if err != nil {
		return err
	}
	errs, err := newCapture()
	if err != nil {
		return err
	}
	tr.pending = map[int]*pendingCall{}
	tr.pid, err = syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
		Env: env, Files: []uintptr{null.Fd(), out.w.Fd(), errs.w.Fd()},
		Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		return err
	}
	err = tr.follow()
	tr.ended.out, tr.ended.err = out.text(), errs.text()
	return err
}

// A capture is a pipe that holds what a process writes; it must not be much.
type capture struct{ r, w *os.File }

func newCapture() (capture, error) {
	r, w, err := os.Pipe()
	return capture{r, w}, err
}

func (c capture) text() string {
	c.w.Close()
	defer c.r.Close()
	text, err := io.ReadAll(c.r)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL

// follow goes from stop to stop until every thread of the program has ended.
// Only its process group is waited for: this thread can have other children. A
// browser is in a group of its own, and none of our concern.
func (tr *tracer) follow() error {
	var ws syscall.WaitStatus
	if _, err := tr.wait(&ws); err != nil {
		return err
	}
	if err := syscall.PtraceSetOptions(tr.pid, options); err != nil {
		return err
	}
	if err := syscall.PtraceSyscall(tr.pid, 0); err != nil {
		return err
	}
	for {
		tid, err := tr.wait(&ws)
		if errors.Is(err, syscall.ECHILD) {
			return nil
		}
		if err != nil {
			return err
		}
		if !ws.Stopped() {
			tr.gone(tid, ws)
			continue
		}
		signal, err := tr.stopped(tid, ws)
		if err == nil {
			err = syscall.PtraceSyscall(tid, signal)
		}
		if err != nil && !errors.Is(err, syscall.ESRCH) { // killed in the meantime
			return err
		}
	}
}

func (tr *tracer) wait(ws *syscall.WaitStatus) (tid int, err error) {
	for {
		tid, err := syscall.Wait4(-tr.pid, ws, syscall.WALL|unix.WNOTHREAD, nil)
		if !errors.Is(err, syscall.EINTR) {
			return tid, err
		}
	}
}

func (tr *tracer) gone(tid int, ws syscall.WaitStatus) {
	delete(tr.pending, tid)
	if tid == tr.pid {
		tr.ended.code = ws.ExitStatus()
		tr.ended.killed = ws.Signaled() && ws.Signal() == syscall.SIGKILL
	}
}

// stopped deals with one stop and returns the signal to go on with.
func (tr *tracer) stopped(tid int, ws syscall.WaitStatus) (signal int, err error) {
	switch sig := ws.StopSignal(); sig {
	case syscall.SIGTRAP | 0x80:
		return 0, tr.atCall(tid)
	case syscall.SIGTRAP, syscall.SIGSTOP: // of the tracing itself
		return 0, nil
	default:
		return int(sig), nil
	}
}

// A syscallInfo is the kernel's struct ptrace_syscall_info at an entry.
type syscallInfo struct {
	op   uint8
	_    [3]uint8
	arch uint32
	ip   uint64
	sp   uint64
	nr   uint64
	args [6]uint64
}

func infoOf(tid int) (info syscallInfo, err error) {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO,
		uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return info, errno
	}
	return info, nil
}

func (tr *tracer) atCall(tid int) error {
	info, err := infoOf(tid)
	if err != nil {
		return err
	}
	if info.op == unix.PTRACE_SYSCALL_INFO_ENTRY {
		return tr.atEntry(tid, info)
	}
	p := tr.pending[tid]
	delete(tr.pending, tid)
	if p == nil {
		return nil
	}
	if p.fail != 0 {
		return setRegs(tid, func(r *syscall.PtraceRegs) { r.Rax = -uint64(p.fail) })
	}
	p.entry = false
	return tr.judge(tid, p)
}

func (tr *tracer) atEntry(tid int, info syscallInfo) error {
	if info.nr == unix.SYS_EXIT_GROUP {
		tr.ended.peak = max(tr.ended.peak, peak(tid))
	}
	c, ok := changing(tid, info)
	if !ok || c.path != tr.root && !strings.HasPrefix(c.path, tr.root+"/") {
		return nil
	}
	p := &pendingCall{call: c}
	tr.pending[tid] = p
	return tr.judge(tid, p)
}

func (tr *tracer) judge(tid int, p *pendingCall) error {
	v := tr.visit(p.call)
	switch {
	case v.kill:
		return syscall.Kill(-tr.pid, syscall.SIGKILL)
	case v.fail != 0 && p.entry:
		p.fail = v.fail
		const none = ^uint64(0) // no such call: the kernel passes it over
		return setRegs(tid, func(r *syscall.PtraceRegs) { r.Orig_rax = none })
	}
	return nil
}

func setRegs(tid int, change func(*syscall.PtraceRegs)) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	change(&regs)
	return syscall.PtraceSetRegs(tid, &regs)
}

// byPath are the calls that name what they change, with the argument that does;
// byDescriptor those that have it open. Go's os and syscall packages use no
// others on Linux.
var (
	byPath = map[uint64]struct {
		name string
		arg  int
	}{
		unix.SYS_OPENAT: {"openat", 1}, unix.SYS_MKDIRAT: {"mkdirat", 1}, unix.SYS_UNLINKAT: {"unlinkat", 1},
		unix.SYS_RENAMEAT: {"renameat", 3}, unix.SYS_RENAMEAT2: {"renameat2", 3}, unix.SYS_LINKAT: {"linkat", 3},
		unix.SYS_SYMLINKAT: {"symlinkat", 2}, unix.SYS_FCHMODAT: {"fchmodat", 1}, unix.SYS_FCHMODAT2: {"fchmodat2", 1},
		unix.SYS_FCHOWNAT: {"fchownat", 1}, unix.SYS_UTIMENSAT: {"utimensat", 1}, unix.SYS_TRUNCATE: {"truncate", 0},
	}
	byDescriptor = map[uint64]string{
		unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "pwrite64", unix.SYS_WRITEV: "writev", unix.SYS_FSYNC: "fsync",
		unix.SYS_FDATASYNC: "fdatasync", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_FALLOCATE: "fallocate",
		unix.SYS_FCHMOD: "fchmod", unix.SYS_FCHOWN: "fchown",
	}
)

const writing = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC

func changing(tid int, info syscallInfo) (call, bool) {
	if name, ok := byDescriptor[info.nr]; ok {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(info.args[0])))
		return call{name, path, true}, err == nil
	}
	named, ok := byPath[info.nr]
	if !ok || info.nr == unix.SYS_OPENAT && info.args[2]&writing == 0 {
		return call{}, false
	}
	path, err := text(tid, info.args[named.arg])
	return call{named.name, filepath.Clean(path), true}, err == nil
}

// text reads the string at an address of the traced process.
func text(tid int, address uint64) (string, error) {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return "", err
	}
	defer memory.Close()
	buf := make([]byte, unix.PathMax)
	n, err := memory.ReadAt(buf, int64(address))
	if end := bytes.IndexByte(buf[:n], 0); end >= 0 {
		return string(buf[:end]), nil
	}
	return "", err
}

// peak reads how much memory a process has had at most, in KiB. What wait4
// reports counts the process that it was forked from too.
func peak(tid int) (kib int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Sscan(rest, &kib)
	return kib
}
