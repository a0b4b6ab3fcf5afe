package build

import (
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"sitegen.dev/core/diag"
)

// workspace reads the go.work that takes part in builds below dir, as far as files tell; it is nil without one, and
// with one that cannot be read, about which the go command says more.
func workspace(dir string) (name string, file *modfile.WorkFile) {
	if name = os.Getenv("GOWORK"); name == "off" {
		return "", nil
	}
	for name == "" {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			name = filepath.Join(dir, "go.work")
			break
		}
		if dir == filepath.Dir(dir) {
			return "", nil
		}
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", nil
	}
	if file, err = modfile.ParseWork(name, data, nil); err != nil {
		return "", nil
	}
	return name, file
}

// OutsideWorkspace gives the go.work above the module in dir that does not list it, or "". The go command compiles nothing of such a
// module, and what it says about that depends on what else the workspace lists.
func OutsideWorkspace(dir string) string {
	name, file := workspace(dir)
	if file == nil {
		return ""
	}
	self, err := os.Stat(dir)
	if err != nil {
		return ""
	}
	for _, u := range file.Use {
		used := filepath.FromSlash(u.Path)
		if !filepath.IsAbs(used) {
			used = filepath.Join(filepath.Dir(name), used)
		}
		if info, err := os.Stat(used); err == nil && os.SameFile(self, info) {
			return ""
		}
	}
	return name
}

// outsideWorkspace reports a go.work that leaves the site's module out.
func (b *builder) outsideWorkspace() bool {
	name := OutsideWorkspace(b.Layout.ModuleDir)
	if name == "" {
		return false
	}
	b.list.Error("SG6012", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(filepath.Join(b.Layout.ModuleDir, "go.mod"))}},
		b.Layout.Rel(name)+" does not list the site's module", "add it with `go work use .`, or leave the workspace out: GOWORK=off")
	return true
}
