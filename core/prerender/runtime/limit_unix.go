//go:build unix

package runtime

import (
	"os/signal"
	"syscall"
)

// keepWriting makes a write beyond the largest file that the process may write an error of that page rather than the
// end of the program.
func keepWriting() { signal.Ignore(syscall.SIGXFSZ) }
