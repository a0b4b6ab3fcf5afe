package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	name = temporary.ReplaceAllString(name, "$1$2")
	d := diag.Diagnostic{Code: "SG7005", Message: fmt.Sprintf("%s cannot be written: %v", name, errno)}
	switch {
	case slices.Contains(noSpace, errno):
		d.Hint = "free some space; the last good output is untouched"
	case unreadable(path):
		return diag.Diagnostic{Code: "SG7001", Message: fmt.Sprintf("%s cannot be read: %v", name, errno), Hint: "check its permissions"}, true
	case errno == syscall.EROFS:
		d.Hint = "sitegen writes into .sitegen and the output: work on a copy elsewhere, or mount the disk writable"
	case errors.Is(errno, fs.ErrPermission):
		d.Hint = "check the permissions; the last good output is untouched"
	default:
		return diag.Diagnostic{}, false
	}
	return d, true
}

// temporary is the name under which a file is written before it has its own: ".render.go.1424302225".
var temporary = regexp.MustCompile(`(^|/)\.([^/]+)\.[0-9]+$`)

// unreadable says whether it is reading that is not allowed: an error says that a file could not be opened, and not what for.
func unreadable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	f.Close()
	return false
}
