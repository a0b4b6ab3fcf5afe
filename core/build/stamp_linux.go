package build

import (
	"io/fs"
	"syscall"
)

// stampOf reads the stamp of a file. The change time cannot be set by programs, so that a file that is put in the place
// of another with its time and length is told apart.
func stampOf(info fs.FileInfo) stamp {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}
	}
	return stamp{size: info.Size(), mtime: info.ModTime().UnixNano(), ctime: s.Ctim.Nano(), inode: s.Ino}
}
