//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// Group puts a command that has not started into a group of processes of its own: Ctrl-C in the terminal does not reach it, so
// that whoever started it decides when it ends, and Kill reaches what it has started. On systems without such groups it does nothing.
func Group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Kill ends a command that was started in a group of its own, and what it has started. It may have ended already; then what it left
// behind is ended. On systems without groups it ends the command alone.
func Kill(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
