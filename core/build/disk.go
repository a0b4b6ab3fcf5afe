package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"sitegen.dev/core/diag"
)

// DiskProblem turns an error of the file system that the author can do something about, such as a full disk or a
// directory that may not be written to, into a diagnostic.
func DiskProblem(l *Layout, err error) (diag.Diagnostic, bool) {
	var path string
	var pe *fs.PathError
	var le *os.LinkError
	var errno syscall.Errno
	switch {
	case errors.As(err, &pe):
		path = pe.Path
	case errors.As(err, &le):
		path = le.New
	}
	if path == "" || !errors.As(err, &errno) {
		return diag.Diagnostic{}, false
	}
	name := l.Rel(path)
	if rel, err := filepath.Rel(l.abs(stageDir), path); err == nil && filepath.IsLocal(rel) {
		name = filepath.ToSlash(rel) // the author knows the output, not where it grows
	}
	d := diag.Diagnostic{Code: "SG7005", Message: fmt.Sprintf("%s cannot be written: %v", name, errno)}
	switch {
	case slices.Contains(noSpace, errno):
		d.Hint = "free some space; the last good output is untouched"
	case errors.Is(errno, fs.ErrPermission), errno == syscall.EROFS:
		d.Hint = "check the permissions; the last good output is untouched"
	default:
		return diag.Diagnostic{}, false
	}
	return d, true
}
