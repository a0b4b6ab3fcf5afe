//go:build unix

package node

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C in the terminal from the program.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
