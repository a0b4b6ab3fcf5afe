//go:build unix

package devserver

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C in the terminal from the program, so that the server decides when it ends.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill ends the program and what it has started.
func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
