//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// foreground starts a program as a shell does: in a group of its own.
func foreground(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ctrlC is what the key does: every process of the group gets the signal, not only the one that was started.
func ctrlC(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
