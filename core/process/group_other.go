//go:build !unix

package process

import "os/exec"

// Group has nothing to do here.
func Group(*exec.Cmd) {}

// Kill ends the command.
func Kill(cmd *exec.Cmd) error { return cmd.Process.Kill() }
