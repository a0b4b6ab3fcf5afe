package build

import (
	"context"
	"testing"
	"time"
)

// Who gives up waiting for the lock does not keep it.
func TestLockGivenUp(t *testing.T) {
	l := &Layout{ModuleDir: t.TempDir()}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(ended, l, func() {}); err == nil {
		t.Fatal("a lock for nobody")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	unlock, err := Lock(ctx, l, func() { t.Error("the lock is held") })
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
