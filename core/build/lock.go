package build

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// LockDev keeps two development servers of one site from running at the same time, which would write over each other.
// unlock is nil when there is one already; other is its address.
func LockDev(l *Layout, address string) (unlock func(), other string, err error) {
	dir := l.abs(devBinDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, "", err
	}
	name := filepath.Join(dir, "address")
	f := flock.New(filepath.Join(dir, "lock"))
	got, err := f.TryLock()
	if err != nil {
		return nil, "", err
	}
	if !got {
		data, _ := os.ReadFile(name)
		return nil, string(data), nil
	}
	if err := os.WriteFile(name, []byte(address), 0o666); err != nil {
		f.Unlock()
		return nil, "", err
	}
	return func() {
		os.Remove(name)
		f.Unlock()
	}, "", nil
}

// Lock keeps two builds of one site from writing into the work directory at the same time: the second one calls waiting
// and waits. The lock is the operating system's, so it ends with the process, however that ends.
func Lock(ctx context.Context, l *Layout, waiting func()) (unlock func(), err error) {
	name := l.abs(workDir + "/lock")
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, err
	}
	f := flock.New(name)
	if got, err := f.TryLock(); err == nil && !got {
		waiting()
	}
	if _, err := f.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		f.Unlock() // ctx may have ended when the lock was ours already
		return nil, err
	}
	return func() { f.Unlock() }, nil
}
