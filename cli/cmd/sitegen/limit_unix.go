//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// keepWriting makes a write beyond the largest file that the process may write an error of that file, which is
// reported like a full disk, rather than the end of the process.
func keepWriting() { signal.Ignore(syscall.SIGXFSZ) }
