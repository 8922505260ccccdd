//go:build unix

package atomicfile_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/atomicfile"
	"latchkey/internal/testneed"
)

func mkfifo(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }

// TestMain makes the test binary one of the processes that the tests start.
func TestMain(m *testing.M) {
	switch job, path := os.Getenv("TEST_JOB"), os.Getenv("TEST_PATH"); job {
	case "":
		os.Exit(m.Run())
	case "count":
		exit(count(path))
	case "hold":
		_, err := atomicfile.Lock(context.Background(), path)
		fmt.Println("held")
		io.Copy(io.Discard, os.Stdin)
		exit(err)
	case "once":
		exit(atomicfile.Write(path, []byte("new"), atomicfile.Options{}))
	case "write":
		fmt.Println("started")
		for i := 0; ; i++ {
			if err := atomicfile.Write(path, bytes.Repeat([]byte{byte('a' + i%2)}, 100_000), atomicfile.Options{}); err != nil {
				exit(err)
			}
		}
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// count adds one to the number in path, in steps that only a lock makes one.
func count(path string) error {
	unlock, err := atomicfile.Lock(context.Background(), path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(data))
	if err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(strconv.Itoa(n+1)), atomicfile.Options{})
}

func process(job, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_JOB="+job, "TEST_PATH="+path, "GORACE=atexit_sleep_ms=0")
	return cmd
}

func TestLockBetweenProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "number")
	write(t, path, "0", 0o600)
	const processes = 50
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			if out, err := process("count", path).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	checkFile(t, path, strconv.Itoa(processes), 0o600)
}

func TestLockNamesItsHolderAndDiesWithIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder := process("hold", path)
	stdin, err := holder.StdinPipe()
	must(t, err)
	defer stdin.Close()
	startAndHear(t, holder, "held")

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = atomicfile.Lock(ctx, path)
	held, ok := errors.AsType[*atomicfile.LockError](err)
	if !ok || held.Path != path || held.PID != holder.Process.Pid || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock = %v, want one that names %s and process %d", err, path, holder.Process.Pid)
	}

	must(t, holder.Process.Kill())
	start := time.Now()
	unlock, err := atomicfile.Lock(t.Context(), path)
	must(t, err)
	unlock()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("the lock of a dead process was free after %v", d)
	}
	holder.Wait()
}

func TestLockSurvivesRemoval(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := atomicfile.Lock(t.Context(), path)
	must(t, err)
	must(t, os.Remove(path))
	second, err := atomicfile.Lock(t.Context(), path)
	must(t, err)
	first()
	second()
}

func TestKilledWriterLeavesOldOrNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for i := range 15 {
		writer := process("write", path)
		startAndHear(t, writer, "started")
		for _, err := os.Stat(path); err != nil; _, err = os.Stat(path) {
			runtime.Gosched()
		}
		for range i * 10 {
			os.ReadDir(dir) // passes a time that differs from run to run
		}
		must(t, writer.Process.Kill())
		writer.Wait()
		data, err := os.ReadFile(path)
		if err != nil || len(data) != 100_000 || bytes.Count(data, data[:1]) != len(data) {
			t.Fatalf("after the kill the file has %d bytes, %v", len(data), err)
		}
	}
}

func TestUmaskHasNoSay(t *testing.T) {
	for _, umask := range []int{0, 0o077} {
		func() {
			defer syscall.Umask(syscall.Umask(umask))
			dir := filepath.Join(t.TempDir(), "a", "b")
			must(t, atomicfile.MkdirAll(dir))
			path := filepath.Join(dir, "file")
			must(t, atomicfile.Write(path, []byte("x"), atomicfile.Options{Perm: 0o640}))
			checkFile(t, path, "x", 0o640)
			unlock, err := atomicfile.Lock(t.Context(), path+".lock")
			must(t, err)
			unlock()
			checkFile(t, path+".lock", fmt.Sprintf("pid %16d\n", os.Getpid()), 0o600)
			for _, d := range []string{dir, filepath.Dir(dir)} {
				if info, err := os.Stat(d); err != nil || info.Mode().Perm() != 0o700 {
					t.Errorf("umask %03o: directory %v, %v", umask, info.Mode(), err)
				}
			}
		}()
	}
}

func TestFullDisk(t *testing.T) {
	testneed.Check(t, os.Geteuid() == 0 && runtime.GOOS == "linux", "mounting a small disk needs root on Linux")
	dir := t.TempDir()
	mount := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir)
	if out, err := mount.CombinedOutput(); err != nil {
		testneed.Check(t, false, fmt.Sprintf("cannot mount: %s", out))
	}
	defer exec.Command("umount", dir).Run()

	path := filepath.Join(dir, "file")
	must(t, atomicfile.Write(path, []byte("old"), atomicfile.Options{}))
	err := atomicfile.Write(path, make([]byte, 1<<20), atomicfile.Options{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write = %v, want ENOSPC", err)
	}
	isPathError(t, err, path)
	checkFile(t, path, "old", 0o600)
	checkAlone(t, path)
}

func startAndHear(t *testing.T, cmd *exec.Cmd, want string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != want+"\n" {
		t.Fatalf("the process said %q, %v; want %q", line, err, want)
	}
}
