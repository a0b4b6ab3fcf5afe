//go:build !unix

package gocmd

import "os/exec"

// ownGroup leaves the command as it is: exec kills the go command itself, and its children end when their pipes close.
func ownGroup(*exec.Cmd) {}
