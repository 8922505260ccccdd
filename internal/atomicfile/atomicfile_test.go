package atomicfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/atomicfile"
)

func TestWriteNewAndOld(t *testing.T) {
	for _, tt := range []struct {
		name   string
		old    fs.FileMode // 0: no file
		o      atomicfile.Options
		want   fs.FileMode
		refuse error
	}{
		{name: "new is private", want: 0o600},
		{name: "new with mode", o: atomicfile.Options{Perm: 0o640}, want: 0o640},
		{name: "old is tightened", old: 0o644, want: 0o600},
		{name: "old keeps its mode", old: 0o644, o: atomicfile.Options{KeepMode: true}, want: 0o644},
		{name: "read-only is replaced unless asked", old: 0o444, o: atomicfile.Options{KeepMode: true}, want: 0o444},
		{name: "read-only is refused", old: 0o444, o: atomicfile.Options{RefuseReadOnly: true}, want: 0o444, refuse: atomicfile.ErrReadOnly},
	} {
		t.Run(tt.name, func(t *testing.T) {
			needModes(t)
			path := filepath.Join(t.TempDir(), "file")
			if tt.old != 0 {
				write(t, path, "old", tt.old)
			}
			err := atomicfile.Write(path, []byte("new"), tt.o)
			if !errors.Is(err, tt.refuse) {
				t.Fatalf("Write = %v, want %v", err, tt.refuse)
			}
			want := "new"
			if tt.refuse != nil {
				want = "old"
				isPathError(t, err, path)
			}
			checkFile(t, path, want, tt.want)
			checkAlone(t, path)
		})
	}
}

// A plant is something put where a file of ours belongs, to make us write to,
// or wait for, something else.
func plants(t *testing.T) map[string]func(path string) {
	return map[string]func(path string){
		"symlink":       func(path string) { must(t, os.Symlink("victim", path)) },
		"dangling link": func(path string) { must(t, os.Symlink("nowhere", path)) },
		"directory":     func(path string) { must(t, os.Mkdir(path, 0o700)) },
		"hard link":     func(path string) { must(t, os.Link(filepath.Join(filepath.Dir(path), "victim"), path)) },
		"FIFO":          func(path string) { mkfifo(t, path) },
	}
}

func TestPlantsAreRefused(t *testing.T) {
	needModes(t)
	for name, plant := range plants(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "file")
			write(t, victim, "precious", 0o644)
			plant(path)

			isPathError(t, atomicfile.Write(path, []byte("new"), atomicfile.Options{}), path)
			_, err := atomicfile.Lock(t.Context(), path)
			isPathError(t, err, path)

			checkFile(t, victim, "precious", 0o644)
			if _, err := os.Stat(filepath.Join(dir, "nowhere")); err == nil {
				t.Error("the dangling link was followed")
			}
		})
	}
}

func TestFollowSymlink(t *testing.T) {
	needModes(t)
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "dotfiles/aws"), 0o700))
	must(t, os.Mkdir(filepath.Join(dir, "home"), 0o700))
	target := filepath.Join(dir, "dotfiles/aws/config")
	// home/.aws is a link to a directory, home/.aws/link leads up and out of
	// where it really is, and to a further link.
	must(t, os.Symlink("../dotfiles/aws", filepath.Join(dir, "home/.aws")))
	must(t, os.Symlink("../aws/hop", filepath.Join(dir, "dotfiles/aws/link")))
	must(t, os.Symlink(target, filepath.Join(dir, "dotfiles/aws/hop")))
	link := filepath.Join(dir, "home/.aws/link")

	o := atomicfile.Options{FollowSymlink: true, KeepMode: true, Perm: 0o640}
	for _, data := range []string{"made through a dangling link", "replaced"} {
		must(t, atomicfile.Write(link, []byte(data), o))
		checkFile(t, target, data, 0o640)
		for _, l := range []string{link, filepath.Join(dir, "dotfiles/aws/hop")} {
			if info, err := os.Lstat(l); err != nil || info.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("%s is no link any more: %v, %v", l, info, err)
			}
		}
	}

	must(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	if err := atomicfile.Write(filepath.Join(dir, "loop"), nil, o); err == nil {
		t.Error("a loop of links was written")
	}
}

func TestMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a/b/file")
	err := atomicfile.Write(path, nil, atomicfile.Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Write = %v, want a missing directory", err)
	}
	isPathError(t, err, path)
	must(t, atomicfile.MkdirAll(filepath.Dir(path)))
	must(t, atomicfile.Write(path, nil, atomicfile.Options{}))
}

func TestStaleTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	hourAgo := time.Now().Add(-time.Hour)
	for name, stays := range map[string]bool{
		".file.123.tmp":   false,
		".file.124.tmp":   true, // young
		".file.x1.tmp":    true, // not of our making
		".other.123.tmp":  true,
		".file.123.tmp.x": true,
	} {
		p := filepath.Join(dir, name)
		write(t, p, "", 0o600)
		if name != ".file.124.tmp" {
			must(t, os.Chtimes(p, hourAgo, hourAgo))
		}
		must(t, atomicfile.Write(path, []byte("x"), atomicfile.Options{}))
		if _, err := os.Stat(p); (err == nil) != stays {
			t.Errorf("%s: stat says %v, want it to stay: %v", name, err, stays)
		}
	}
}

func TestReadersSeeWholeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 5000*(i+1)) }
	must(t, atomicfile.Write(path, content(0), atomicfile.Options{}))

	var done atomic.Bool
	var writers, readers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for range 50 {
				if err := atomicfile.Write(path, content(w), atomicfile.Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reads := 0
	readers.Go(func() {
		for ; !done.Load() || reads == 0; reads++ {
			data, err := os.ReadFile(path)
			if err != nil || len(data) == 0 || !bytes.Equal(data, content(int(data[0]-'a'))) {
				t.Errorf("torn read: %d bytes, %v", len(data), err)
				return
			}
		}
	})
	writers.Wait()
	done.Store(true)
	readers.Wait()
	t.Logf("%d reads, 200 writes", reads)
	checkAlone(t, path)
}

func needModes(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has neither these modes nor these links")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, data string, mode fs.FileMode) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(data), 0o600))
	must(t, os.Chmod(path, mode))
}

func checkFile(t *testing.T, path, want string, mode fs.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s holds %q, %v; want %q", path, data, err, want)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != mode {
		t.Errorf("%s: %v, %v; want mode %v", path, info.Mode(), err, mode)
	}
}

// checkAlone reports what else lies in the directory of path.
func checkAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	for _, e := range entries {
		if e.Name() != filepath.Base(path) {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func isPathError(t *testing.T, err error, path string) {
	t.Helper()
	e, ok := errors.AsType[*fs.PathError](err)
	if !ok || e.Path != path {
		t.Errorf("error %v does not name %s", err, path)
	}
	if err != nil && strings.Contains(err.Error(), ".tmp") {
		t.Errorf("error %v names a temporary file", err)
	}
}
