package app

import (
	"sync/atomic"
	"time"
)

// halves counts what would leave half of its files behind if the process ended just now.
var halves atomic.Int32

// whole is held while files that belong together are put into place: defer whole()().
func whole() (done func()) {
	halves.Add(1)
	return func() { halves.Add(-1) }
}

// Hurry is for a second Ctrl-C, which ends the process at once: it lets what is being written become whole, or be taken back, for
// no more than a second, and gives the exit code.
func Hurry() int {
	for end := time.Now().Add(time.Second); halves.Load() > 0 && time.Now().Before(end); {
		time.Sleep(2 * time.Millisecond)
	}
	return exitInterrupted
}
