package app

import (
	"os"
	"os/exec"
	"syscall"
)

// detachedProcess is DETACHED_PROCESS of the Windows API: without the console of its parent.
const detachedProcess = 0x8

// detach lets a process outlive the terminal.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: detachedProcess | syscall.CREATE_NEW_PROCESS_GROUP}
}

// interrupt ends the process: without a console there is no Ctrl-C.
func interrupt(p *os.Process) error { return p.Kill() }
