//go:build !unix

package gocmd

import "os/exec"

// OwnGroup leaves the command as it is: exec kills the go command itself, and its children end when their pipes close.
func OwnGroup(*exec.Cmd) {}
