//go:build unix

package gocmd

import (
	"os/exec"
	"syscall"
)

// OwnGroup puts the command into a process group of its own and makes cancellation kill all of it: the go command runs
// compilers and linkers, which a kill of the go command alone would leave behind. It also keeps Ctrl-C in the terminal
// from reaching the command before us, so that it is our message that the author reads.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
