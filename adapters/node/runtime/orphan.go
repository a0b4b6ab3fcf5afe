package node

import (
	"io"
	"os"
	"time"
)

// stdinVariable is set by `sitegen preview` alone: the server ends with its standard input, which the system closes
// however the preview has ended. A killed preview would leave a server behind otherwise.
const stdinVariable = "SITEGEN_PREVIEW_STDIN"

// orphanTime is how long running requests may take then; nobody waits for them.
const orphanTime = 2 * time.Second

// endWith asks the server to end when in has ended.
func endWith(in io.Reader, signals chan<- os.Signal) {
	io.Copy(io.Discard, in)
	signals <- os.Interrupt
	time.Sleep(orphanTime)
	signals <- os.Interrupt
}
