//go:build unix

package build

import "syscall"

// noSpace are the errors of a disk, a quota or a process that may write no more.
var noSpace = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
