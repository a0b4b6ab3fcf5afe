//go:build !unix

package build

import "syscall"

// noSpace are the errors of a disk that is full: ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.
var noSpace = []syscall.Errno{39, 112}
