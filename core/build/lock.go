package build

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// LockName is the file that Lock locks.
func LockName(l *Layout) string { return l.abs(workDir + "/lock") }

// Lock keeps two builds of one site from writing into the work directory at the same time: the second one calls waiting
// and waits. The lock is the operating system's, so it ends with the process, however that ends.
func Lock(ctx context.Context, l *Layout, waiting func()) (unlock func(), err error) {
	name := LockName(l)
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
