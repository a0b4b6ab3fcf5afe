// Package orphan ends a site's program with the preview that runs it, however that has ended: a preview that was killed would leave a
// server behind otherwise.
//
// The preview gives the program a pipe as its standard input, which the system closes for it, and sets Variable; the program
// calls End where it is set. The package is linked into servers and must not import anything of ours.
package orphan

import (
	"io"
	"os"
	"time"
)

// Variable is set by `sitegen preview` alone, to anything. A program for which it is set ends with its standard input.
const Variable = "SITEGEN_PREVIEW_STDIN"

// patience is how long running requests may take then; nobody waits for them.
const patience = 2 * time.Second

// End asks the program to end when in has ended, and again where that takes too long: the first signal lets running requests end,
// the second one ends them. It returns then.
func End(in io.Reader, signals chan<- os.Signal) {
	io.Copy(io.Discard, in)
	signals <- os.Interrupt
	time.Sleep(patience)
	signals <- os.Interrupt
}
