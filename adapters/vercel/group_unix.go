//go:build unix

package vercel

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a program and what it starts into a group of processes, so that all of them can be ended.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
