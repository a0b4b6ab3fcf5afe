//go:build unix

package app

import (
	"os"
	"os/exec"
	"syscall"
)

// detach lets a process outlive the terminal.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// interrupt does what Ctrl-C does.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }
