package gocmd

import (
	"os/exec"

	"sitegen.dev/core/process"
)

// OwnGroup puts the command into a process group of its own and makes cancellation kill all of it: the go command runs
// compilers and linkers, which a kill of the go command alone would leave behind. It also keeps Ctrl-C in the terminal
// from reaching the command before us, so that it is our message that the author reads.
func OwnGroup(cmd *exec.Cmd) {
	process.Group(cmd)
	cmd.Cancel = func() error { return process.Kill(cmd) }
}
