package build

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"sitegen.dev/core"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
)

// corePath is the module that sites import the runtime from.
const corePath = "sitegen.dev/core"

// sync brings the work directory of the module up to this version of sitegen: the runtime's source where go.mod takes it
// from there, and what keeps the directory out of version control.
func (b *builder) sync() error {
	from, known := replacement(b.Layout.Module, corePath)
	if !known {
		b.list.Error("SG7009", diag.Range{Pos: diag.Pos{File: b.Layout.Rel("go.mod")}},
			"go.mod does not know "+corePath+", which components are compiled against",
			"run `sitegen sync --init`, which adds the two lines it needs")
		return nil
	}
	if err := writeChanged(b.Layout.abs(workDir+"/.gitignore"), []byte("*\n")); err != nil {
		return err
	}
	if err := writeChanged(b.Layout.abs(workDir+"/site.schema.json"), config.Schema()); err != nil {
		return err
	}
	if filepath.ToSlash(filepath.Clean(from)) != coreDir {
		return nil // the author has a copy of their own, as this repository has
	}
	_, err := gocmd.WriteSource(b.Layout.abs(coreDir), core.Runtime())
	return err
}

// replacement says where go.mod takes a module from: a directory, or "" for a published version.
func replacement(m *modfile.File, module string) (dir string, known bool) {
	for _, r := range m.Replace {
		if r.Old.Path == module {
			return r.New.Path, true
		}
	}
	for _, r := range m.Require {
		if r.Mod.Path == module {
			return "", true
		}
	}
	return "", m.Module.Mod.Path == module
}

// InitModule gives the text of go.mod with the lines that a site needs; it changes nothing that is right already.
func InitModule(data []byte) ([]byte, error) {
	m, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "go.mod:"))
	}
	if _, known := replacement(m, corePath); known {
		return data, nil
	}
	if err := m.AddRequire(corePath, "v0.0.0"); err != nil {
		return nil, err
	}
	if err := m.AddReplace(corePath, "", "./"+coreDir, ""); err != nil {
		return nil, err
	}
	m.Cleanup()
	return m.Format()
}
