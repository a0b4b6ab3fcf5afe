package build

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What the file system refuses is told with what it was wanted for, and what to do.
func TestDiskProblem(t *testing.T) {
	l := &Layout{Root: t.TempDir()}
	l.ModuleDir = l.Root
	at := func(name string) string { return filepath.Join(l.Root, filepath.FromSlash(name)) }
	for _, tt := range []struct {
		err           error
		message, hint string
	}{
		{&fs.PathError{Op: "open", Path: at("dist/a.html"), Err: syscall.ENOSPC}, "dist/a.html cannot be written: no space left on device", "free some space"},
		{&fs.PathError{Op: "open", Path: at(stageDir + "/a.html"), Err: syscall.EACCES}, "a.html cannot be written: permission denied", "check the permissions"},
		{&fs.PathError{Op: "mkdir", Path: at(".sitegen/gen"), Err: syscall.EROFS}, ".sitegen/gen cannot be written: read-only file system", "mount the disk writable"},
		{&fs.PathError{Op: "write", Path: at(".sitegen/gen/.render.go.1424302225"), Err: syscall.ENOSPC}, ".sitegen/gen/render.go cannot be written: no space left on device", "free some space"},
		{&fs.PathError{Op: "write", Path: at("public/.a.b"), Err: syscall.ENOSPC}, "public/.a.b cannot be written: no space left on device", "free some space"},
		{&fs.PathError{Op: "open", Path: at("x"), Err: syscall.EISDIR}, "", ""},
		{errors.New("no file"), "", ""},
	} {
		d, ok := DiskProblem(l, tt.err)
		if ok != (tt.message != "") || d.Message != tt.message || !strings.Contains(d.Hint, tt.hint) {
			t.Errorf("DiskProblem(%v) = %q, %q, %v", tt.err, d.Message, d.Hint, ok)
		}
	}
}

// TestUnreadable needs a user who may not read everything; `make test` as root does not have one.
func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	l := &Layout{Root: t.TempDir()}
	l.ModuleDir = l.Root
	locked := filepath.Join(l.Root, "src", "locked.md")
	if err := errors.Join(os.MkdirAll(filepath.Dir(locked), 0o777), os.WriteFile(locked, nil, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := os.ReadFile(locked)
	if d, ok := DiskProblem(l, err); !ok || d.Code != "SG7001" || d.Message != "src/locked.md cannot be read: permission denied" {
		t.Errorf("DiskProblem(%v) = %v, %v", err, d, ok)
	}
}

func TestRemoveAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "sub"), 0o777), os.WriteFile(filepath.Join(dir, "sub", "f"), nil, 0o444),
		os.Chmod(filepath.Join(dir, "sub"), 0o555), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	if err := removeAll(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestIrreplaceable(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&os.LinkError{Op: "rename", Old: "/m/dist", New: "/m/dist.previous", Err: syscall.EBUSY}, "dist cannot be replaced: device or resource busy: it is a mount point or in use; mount the folder above it, or set another `out:` in site.yaml"},
		{&os.LinkError{Op: "rename", Old: "/m/dist", New: "/m/dist.previous", Err: syscall.EACCES}, "dist cannot be replaced: permission denied: the folder that it lies in must be writable"},
		{&os.LinkError{Op: "rename", Old: "/m/dist", New: "/m/dist.previous", Err: syscall.EIO}, "dist cannot be replaced: input/output error"},
	} {
		if got := irreplaceable("dist", tt.err).Error(); got != tt.want {
			t.Errorf("irreplaceable(%v) = %q; want %q", tt.err, got, tt.want)
		}
	}
}
