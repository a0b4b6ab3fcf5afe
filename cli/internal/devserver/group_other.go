//go:build !unix

package devserver

import "os/exec"

// ownGroup has nothing to do here.
func ownGroup(*exec.Cmd) {}

// kill ends the program.
func kill(cmd *exec.Cmd) { cmd.Process.Kill() }
