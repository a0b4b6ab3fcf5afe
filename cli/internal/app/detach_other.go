//go:build !unix && !windows

package app

import (
	"os"
	"os/exec"
)

// detach has nothing to do where processes have no terminal.
func detach(*exec.Cmd) {}

func interrupt(p *os.Process) error { return p.Kill() }
